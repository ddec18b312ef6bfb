import { decode } from './go-decode.js';
import type { Decoded, DecodedMap } from './go-decode.js';
import type { GiteaVersion } from './gitea-version.js';
import type { Position, Problem } from './problem.js';
import { workflowShape } from './workflow-shape.js';
import type { YamlNode } from './yaml-node.js';

/** A file as a tree, and what a version of Gitea makes of it. */
export interface WorkflowDocument {
  readonly path?: string;
  readonly root: YamlNode;
  readonly position: (offset: number) => Position;
}

/** A wrong type that Gitea finds. `stage`: when it does, which decides what becomes of the file on 1.25. */
export interface Finding extends Problem {
  readonly stage: 'file' | 'jobs';
}

export interface DecodedWorkflow {
  readonly root: DecodedMap | undefined;
  readonly findings: readonly Finding[];
}

/** A file is decoded once for each version it is asked about; the tree never changes. */
const decoded = new WeakMap<YamlNode, Map<GiteaVersion, DecodedWorkflow>>();

export function decodeWorkflow(document: WorkflowDocument, gitea: GiteaVersion): DecodedWorkflow {
  const known = decoded.get(document.root) ?? new Map<GiteaVersion, DecodedWorkflow>();
  decoded.set(document.root, known);
  const found = known.get(gitea) ?? decodeNow(document, gitea);
  known.set(gitea, found);
  return found;
}

function decodeNow(document: WorkflowDocument, gitea: GiteaVersion): DecodedWorkflow {
  const findings: Finding[] = [];
  const root = decode(document.root, workflowShape, gitea, (node, code, message, jobsOnly = false) => {
    findings.push({ ...problemAt(document, node, code, message), stage: jobsOnly ? 'jobs' : 'file' });
  });
  return { root: asMap(root), findings };
}

export function problemAt(document: WorkflowDocument, node: { readonly offset: number }, code: string, message: string, severity: Problem['severity'] = 'error'): Problem {
  return { severity, code, message, ...(document.path === undefined ? {} : { path: document.path }), ...document.position(node.offset) };
}

export function asMap(value: Decoded): DecodedMap | undefined {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'decoded' ? (value as DecodedMap) : undefined;
}

/** A text field; absent and null are undefined. */
export function textField(map: DecodedMap | undefined, name: string): string | undefined {
  const value = map?.entries.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function nodeField(map: DecodedMap | undefined, name: string): YamlNode | undefined {
  return map?.entries.get(name) as YamlNode | undefined;
}

export function mapField(map: DecodedMap | undefined, name: string): DecodedMap | undefined {
  return asMap(map?.entries.get(name));
}
