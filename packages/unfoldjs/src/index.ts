export * from '@unfoldjs/core';
