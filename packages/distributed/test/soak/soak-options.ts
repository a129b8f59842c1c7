/** What a soak trains, alone and on many. */
export const soakOptions = (localSteps: number) => ({ rounds: 60, batchSize: 8, seed: 3, localSteps });
