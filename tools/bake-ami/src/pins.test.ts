import { describe, expect, it } from 'vitest';
import { listPins } from './pins.js';

class NotPinned extends Error {
  override readonly name = 'NotPinned';
}
const pin = (tool: string) => ({ version: '1.2.3', url: `https://vendor.example/${tool}`, algorithm: 'sha256', sum: 'a'.repeat(64) });

describe('listPins', () => {
  it('asks for each tool of the architecture, Node before the pnpm that its npm fetches', () => {
    const asked: string[] = [];

    const { pins, unpinned } = listPins({ fileOf: (_, tool, architecture) => (asked.push(`${tool} ${architecture}`), pin(tool)) }, {}, 'arm64');

    expect(asked).toEqual(['runner arm64', 'go arm64', 'node arm64', 'pnpm any', 'aws-cli arm64', 'godot arm64']);
    expect(pins.map(({ tool }) => tool)).toEqual(['runner', 'go', 'node', 'pnpm', 'aws-cli', 'godot']);
    expect(unpinned).toEqual([]);
  });

  it('names everything that is not pinned at once', () => {
    const fileOf = (_: unknown, tool: string) => {
      if (tool === 'go' || tool === 'runner') throw new NotPinned(`${tool} for amd64 is not pinned yet: run "npx nx run images:pin"`);
      return pin(tool);
    };

    expect(listPins({ fileOf }, {}, 'x86_64').unpinned).toEqual(['runner for amd64 is not pinned yet: run "npx nx run images:pin"', 'go for amd64 is not pinned yet: run "npx nx run images:pin"']);
  });

  it('lets an error that is no missing pin through', () => {
    expect(() => listPins({ fileOf: () => { throw new Error('images/versions.json has no runner for amd64'); } }, {}, 'x86_64')).toThrow('has no runner');
  });

  it('takes no address that would be two columns', () => {
    expect(() => listPins({ fileOf: (_, tool) => ({ ...pin(tool), url: 'https://a\tb' }) }, {}, 'x86_64')).toThrow('runner: expected an address without blanks, got "https://a\\tb"');
  });
});
