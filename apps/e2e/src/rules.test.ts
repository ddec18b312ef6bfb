import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceRoot } from './support/npm-start.js';

const read = (folder: string, wanted: (name: string) => boolean) => readdirSync(join(workspaceRoot, folder)).filter(wanted).map((name) => readFileSync(join(workspaceRoot, folder, name), 'utf8')).join('\n');
const isTest = (name: string) => name.endsWith('.test.ts');
const sources = read('libs/fleet/src', (name) => name.endsWith('.ts') && !isTest(name));
/** Titles, and the first column of tables whose rows become titles. */
const titles = `${read('libs/fleet/src', isTest)}\n${read('apps/e2e/src/simulation', isTest)}`.split('\n').filter((line) => /\b(?:describe|it)(?:\.each.*)?\(|^\s+\['P\d+'/.test(line)).join('\n');

describe('each rule of the plan', () => {
  it.each(Array.from({ length: 25 }, (_, index) => `P${index + 1}`))('%s is found by its number, in the source and in the title of a test', (rule) => {
    expect(sources).toMatch(new RegExp(`\\b${rule}\\b`));
    expect(titles).toMatch(new RegExp(`\\b${rule}\\b`));
  });
});
