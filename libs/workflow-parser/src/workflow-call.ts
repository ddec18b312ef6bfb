import { decode } from './go-decode.js';
import type { DecodedMap } from './go-decode.js';
import { storable } from './evaluate-node.js';
import type { Scope } from './expression.js';
import { GiteaError } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { printGo } from './go-print.js';
import { isFloat } from './go-value.js';
import type { GoValue } from './go-value.js';
import { evaluateText, hasExpression } from './interpolate.js';
import { nodeField, textField } from './workflow-document.js';
import type { YamlNode } from './yaml-node.js';

/** The map under `on.workflow_call`; null: it is there without one; undefined: the workflow cannot be called. */
export function callNode(on: YamlNode | undefined): YamlNode | null | undefined {
  if (on?.kind === 'scalar') return on.value === 'workflow_call' ? null : undefined;
  if (on?.kind === 'seq') return on.items.some((item) => item.kind === 'scalar' && item.value === 'workflow_call') ? null : undefined;
  if (on?.kind !== 'map') return undefined;
  for (let i = 0; i < on.items.length; i += 2) {
    const value = on.items[i + 1] as YamlNode;
    if (on.items[i]?.value === 'workflow_call') return value.kind === 'map' ? value : null;
  }
  return undefined;
}

type InputType = 'string' | 'boolean' | 'number';

interface CallInput {
  readonly required: boolean;
  readonly type: InputType;
  readonly default: YamlNode | undefined;
}

interface CallSpec {
  readonly inputs: ReadonlyMap<string, CallInput>;
  /** Names in capitals. */
  readonly secrets: ReadonlyMap<string, { readonly required: boolean }>;
}

/** Reads what a called workflow wants. Throws where Gitea refuses it. */
export function callSpecOf(on: YamlNode | undefined, gitea: GiteaVersion): CallSpec {
  const call = callNode(on);
  if (call === undefined) throw new GiteaError('the called workflow does not have workflow_call under "on"');
  const section = (name: string, fields: Record<string, 'string' | 'bool' | 'node'>): ReadonlyMap<string, DecodedMap | undefined> => {
    const found = new Map<string, DecodedMap | undefined>();
    for (let i = 0; call && i < call.items.length; i += 2) {
      const values = call.items[i + 1] as YamlNode;
      if (call.items[i]?.value !== name || values.kind !== 'map') continue;
      for (let j = 0; j < values.items.length; j += 2) {
        const key = (values.items[j] as YamlNode).value;
        found.set(key, decode(values.items[j + 1] as YamlNode, { fields }, gitea, (_, __, message) => {
          throw new GiteaError(`${name} "${key}" of the called workflow: ${message}`);
        }) as DecodedMap | undefined);
      }
    }
    return found;
  };
  const inputs = [...section('inputs', { description: 'string', required: 'bool', default: 'node', type: 'string' })].map(([name, decoded]) => {
    const type = textField(decoded, 'type') ?? '';
    if (type !== 'string' && type !== 'boolean' && type !== 'number') throw new GiteaError(type === '' ? `the input "${name}" of the called workflow has no type` : `the input "${name}" of the called workflow has the type "${type}"; string, boolean and number are known`);
    return [name, { required: decoded?.entries.get('required') === true, type, default: nodeField(decoded, 'default') }] as const;
  });
  const secrets = [...section('secrets', { description: 'string', required: 'bool' })].map(([name, decoded]) => [name.toUpperCase(), { required: decoded?.entries.get('required') === true }] as const);
  section('outputs', { description: 'string', value: 'string' });
  return { inputs: new Map(inputs), secrets: new Map(secrets) };
}

/** Checks a caller's `secrets` against what the called workflow declares. */
export function checkSecrets(node: YamlNode | undefined, spec: CallSpec, gitea: GiteaVersion): void {
  if (node?.kind === 'scalar' && node.value.trim() === 'inherit') return;
  if (node && node.kind !== 'map') throw new GiteaError('secrets must be "inherit" or a map');
  const given = new Set<string>();
  for (let i = 0; node && i < node.items.length; i += 2) {
    const name = (node.items[i] as YamlNode).value;
    const text = decode(node.items[i + 1] as YamlNode, 'string', gitea, (_, __, message) => {
      throw new GiteaError(`the secret "${name}": ${message}`);
    });
    if (typeof text !== 'string' || !/^\s*\$\{\{\s*secrets\.[A-Za-z_][A-Za-z0-9_]*\s*\}\}\s*$/.test(text)) throw new GiteaError(`the secret "${name}" must be passed as \${{ secrets.NAME }} and nothing else`);
    given.add(name.toUpperCase());
  }
  for (const name of given) if (!spec.secrets.has(name)) throw new GiteaError(`the called workflow declares no secret "${name}"`);
  for (const [name, { required }] of spec.secrets) if (required && !given.has(name)) throw new GiteaError(`the called workflow wants the secret "${name}"`);
}

/** Evaluates a caller's `with` and fits it to the inputs of the called workflow. What that one does not know is left out. */
export function callInputs(values: DecodedMap | undefined, spec: CallSpec, scope: Scope, gitea: GiteaVersion): ReadonlyMap<string, GoValue> {
  const inputs = new Map<string, GoValue>();
  if (spec.inputs.size === 0) return inputs;
  const given = new Map<string, GoValue>();
  for (const [name, value] of values?.entries ?? []) given.set(name, evaluated(value as GoValue, scope, gitea));
  for (const [name, input] of spec.inputs) {
    if (!input.default) continue;
    const value = decode(input.default, 'any', gitea, (_, __, message) => {
      throw new GiteaError(`the default of the input "${name}": ${message}`);
    }) as GoValue | undefined;
    inputs.set(name, fitted(name, input.type, value ?? null));
  }
  for (const [name, value] of given) {
    const input = spec.inputs.get(name);
    if (input) inputs.set(name, fitted(name, input.type, value));
  }
  for (const [name, { required }] of spec.inputs) if (required && !inputs.has(name)) throw new GiteaError(`the called workflow wants the input "${name}"`);
  return inputs;
}

function evaluated(value: GoValue, scope: Scope, gitea: GiteaVersion): GoValue {
  if (typeof value !== 'string' || !hasExpression(value)) return value;
  const result = storable(evaluateText(value, scope, gitea));
  // Written as YAML and read again, a whole number is no float any more.
  return isFloat(result) && Number.isSafeInteger(result.value) && Math.abs(result.value) < 1e6 ? result.value : result;
}

function fitted(name: string, type: InputType, value: GoValue): GoValue {
  if (type === 'string') return value === null ? '' : typeof value === 'string' ? value : printGo(value);
  if (type === 'boolean') {
    if (typeof value !== 'boolean') throw new GiteaError(`the input "${name}" wants a boolean, not a text`);
    return value;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'float', value: Number(value) };
  if (!isFloat(value)) throw new GiteaError(`the input "${name}" wants a number, not a text`);
  return value;
}

