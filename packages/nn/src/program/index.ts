export { encodeProgram, type EncodeProgramOptions } from './encode-program.js';
export { loadProgram, type Elements, type LoadedProgram, type LoadProgramOptions } from './load-program.js';
export { readProgram, type NamedValue, type StoredProgram } from './read-program.js';
export { writeProgram, type ProgramToWrite, type ResultText } from './write-program.js';
