// What the kit uses of its host. It compiles without the types of the DOM and of Node, so that it runs in both.
// This file is not published: a public type must not name what is declared here.

declare const console: { log(...values: unknown[]): void };
declare const performance: { now(): number };
