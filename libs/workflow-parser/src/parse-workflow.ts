import type { Job } from './job.js';
import { decode } from './go-decode.js';
import type { Decoded, DecodedMap } from './go-decode.js';
import { newestGitea } from './gitea-version.js';
import { readTriggers } from './on.js';
import type { Problem } from './problem.js';
import type { Trigger } from './trigger.js';
import type { ParseOptions, ParseResult } from './workflow.js';
import type { YamlNode } from './yaml-node.js';
import { readYaml } from './yaml-read.js';

/** Reads a workflow file as a version of Gitea does, and reports everything that is wrong with it, in the order of the text. */
export function parseWorkflow(text: string, options: ParseOptions = {}): ParseResult {
  const gitea = options.gitea ?? newestGitea;
  const named = options.path === undefined ? {} : { path: options.path };
  const yaml = readYaml(text);
  if (yaml.kind === 'refused') return { kind: 'ignored', problems: [{ severity: 'error', code: yaml.code, message: yaml.message, ...yaml.at, ...named }] };
  const problems: Problem[] = [];
  const report = (node: YamlNode, code: string, message: string): void => void problems.push({ severity: 'error', code, message, ...yaml.position(node.offset), ...named });
  const root = decode(yaml.root, { fields: { name: 'string', on: 'node' } }, report);
  const on = fieldOf(root, 'on') as YamlNode | undefined;
  const triggers = readTriggers(on, yaml.root, gitea, { report, position: yaml.position });
  if (!triggers || problems.length > 0) return { kind: 'ignored', problems };
  const jobs: readonly Job[] = [];
  return { kind: 'workflow', workflow: { ...named, gitea, triggers, jobs, text }, problems };
}

/** What `on:` means to Gitea: the events in file order. Ignored: Gitea passes over the file. */
export function parseTriggers(text: string, options: ParseOptions = {}): { readonly kind: 'triggers'; readonly triggers: readonly Trigger[]; readonly problems: readonly Problem[] } | { readonly kind: 'ignored'; readonly problems: readonly Problem[] } | { readonly kind: 'panic'; readonly problem: Problem } {
  const result = parseWorkflow(text, options);
  if (result.kind === 'ignored') return result;
  return result.workflow.panic ? { kind: 'panic', problem: result.workflow.panic } : { kind: 'triggers', triggers: result.workflow.triggers, problems: result.problems };
}

function fieldOf(decoded: Decoded, name: string): Decoded {
  return decoded && typeof decoded === 'object' && 'kind' in decoded && decoded.kind === 'decoded' ? (decoded as DecodedMap).entries.get(name) : undefined;
}
