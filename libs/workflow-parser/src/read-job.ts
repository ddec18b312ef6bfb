import { readConcurrency } from './concurrency.js';
import { decode } from './go-decode.js';
import type { DecodedMap } from './go-decode.js';
import { NotKnownHere } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import type { GoValue } from './go-value.js';
import type { Job, YamlRecord, YamlValue } from './job.js';
import { listsOf } from './matrix.js';
import { plainRecord, plainValue } from './plain-value.js';
import type { Position } from './problem.js';
import { labelsOf, textsOf } from './runs-on.js';
import { asMap, mapField, nodeField, textField } from './workflow-document.js';
import type { WorkflowDocument } from './workflow-document.js';
import type { YamlNode } from './yaml-node.js';

/** A section as plain values, whatever is in it; what Gitea could not decode is left out. */
export function plainNode(node: YamlNode | undefined, gitea: GiteaVersion): YamlValue | undefined {
  if (!node) return undefined;
  return plainValue((decode(node, 'any', gitea, () => undefined) ?? null) as GoValue);
}

/** A map of texts, such as `env` of the workflow. */
export function textRecord(map: DecodedMap | undefined): Readonly<Record<string, string>> | undefined {
  return map && Object.fromEntries([...map.entries].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Reads one job as it is written. */
export function readJob(id: string, key: YamlNode, job: DecodedMap | undefined, document: WorkflowDocument, gitea: GiteaVersion): Job {
  const strategy = mapField(job, 'strategy');
  const plain = (name: string): YamlValue | undefined => plainNode(job?.nodes.get(name)?.value, gitea);
  const concurrencyNode = job?.nodes.get('concurrency')?.value;
  const concurrency = job?.entries.get('concurrency');
  const fields: { [Field in keyof Omit<Job, keyof Position>]: Job[Field] | undefined } = {
    id,
    name: textField(job, 'name'),
    needs: textsOf(nodeField(job, 'needs'), gitea),
    runsOn: labelsOf(nodeField(job, 'runs-on'), gitea),
    if: nodeField(job, 'if')?.value,
    uses: textField(job, 'uses'),
    with: plain('with') as YamlRecord | undefined,
    secrets: plain('secrets'),
    matrix: matrixOf(nodeField(strategy, 'matrix'), gitea),
    failFast: textField(strategy, 'fail-fast'),
    maxParallel: textField(strategy, 'max-parallel'),
    concurrency: concurrencyNode && readConcurrency(typeof concurrency === 'string' ? concurrency : asMap(concurrency), document.position(concurrencyNode.offset)),
    container: plain('container'),
    services: plain('services') as YamlRecord | undefined,
    outputs: textRecord(mapField(job, 'outputs')),
    env: plain('env'),
    defaults: plain('defaults'),
    timeoutMinutes: textField(job, 'timeout-minutes'),
    continueOnError: plain('continue-on-error'),
    permissions: plain('permissions'),
    steps: (job?.entries.get('steps') as readonly unknown[] | null | undefined ?? []).filter((step) => step !== null).length,
  };
  return { ...present(fields), ...document.position(key.offset) } as Job;
}

/** A matrix that is too deep to be decoded here is left out, as one that Gitea drops. */
function matrixOf(node: YamlNode | undefined, gitea: GiteaVersion): YamlRecord | undefined {
  try {
    const lists = listsOf(node, gitea);
    return lists && plainRecord(lists);
  } catch (error) {
    if (error instanceof NotKnownHere) return undefined;
    throw error;
  }
}

/** Leaves out what is not there: absent and undefined are not the same to a reader of the type. */
export function present<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
