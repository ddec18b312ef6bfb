import type { DecodedMap } from './go-decode.js';
import { storable } from './evaluate-node.js';
import type { Scope } from './expression.js';
import { GiteaError, locate } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { printGo } from './go-print.js';
import { isList, isMapping, isTime } from './go-value.js';
import type { GoValue } from './go-value.js';
import { evaluateText, hasExpression } from './interpolate.js';
import type { Concurrency } from './job.js';
import type { ConcurrencyGroup } from './job-instance.js';
import type { Position } from './problem.js';
import { textField } from './workflow-document.js';
import type { YamlNode } from './yaml-node.js';

/** `concurrency` as written. A bare text is a group that cancels nothing; Gitea 1.24 does not run it at all. */
export function readConcurrency(value: string | DecodedMap | null | undefined, at: Position): Concurrency | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return { group: value, cancelInProgress: '', bare: true, ...at };
  return { group: textField(value, 'group') ?? '', cancelInProgress: textField(value, 'cancel-in-progress') ?? '', bare: false, ...at };
}

/** Evaluates a group, since 1.26. An expression that fails throws: then there is no run. */
export function evaluateConcurrency({ group, cancelInProgress, bare }: Concurrency, node: YamlNode, scope: Scope, gitea: GiteaVersion): ConcurrencyGroup {
  return locate(node, () => {
    if (!bare) return { group: evaluatedText(group, scope, gitea), cancel: evaluatedText(cancelInProgress, scope, gitea) === 'true' };
    const value = hasExpression(group) ? storable(evaluateText(group, scope, gitea)) : group;
    // A text may evaluate to the map itself.
    if (!isMapping(value)) return { group: asText(value), cancel: false };
    return { group: asText(value.entries.get('group') ?? null), cancel: asText(value.entries.get('cancel-in-progress') ?? null) === 'true' };
  });
}

function evaluatedText(text: string, scope: Scope, gitea: GiteaVersion): string {
  return hasExpression(text) ? asText(storable(evaluateText(text, scope, gitea))) : text;
}

function asText(value: GoValue): string {
  if (value === null) return '';
  if (isList(value) || isMapping(value)) throw new GiteaError('a list or a map is no name of a group');
  return isTime(value) ? value.at.toISOString().replace('.000Z', 'Z') : printGo(value);
}

