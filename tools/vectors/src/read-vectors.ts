import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VectorFile } from './vector.js';

/** The project's own copy of the recorded decisions. */
export const ownVectors = fileURLToPath(new URL('../vectors', import.meta.url));

export const readVectorFile = (folder: string, name: string): VectorFile => JSON.parse(readFileSync(join(folder, name), 'utf8')) as VectorFile;

export const vectorFileNames = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
