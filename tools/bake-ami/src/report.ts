import type { BakeFailure } from './bake-failure.js';
import { BUILDER_LIFE_SECONDS, type BakeInputs, type BakePlan } from './bake-plan.js';
import { bakedDiskGiB, classImages } from './bake-plan.js';
import { builderTypes } from './architecture.js';
import { pointerPath } from './pointer-store.js';
import type { PointerOutcome } from './promote.js';
import type { PruneOutcome } from './prune.js';

const WIDTH = 80;
const INDENT = 13;

/** A label and what stands beside it, wrapped between its parts as a terminal of 80 columns shows it. */
export function beside(label: string, parts: readonly string[], separator = ', '): readonly string[] {
  const lines = [label.padEnd(INDENT)];
  for (const [index, part] of parts.entries()) {
    const text = index === parts.length - 1 ? part : `${part}${separator}`;
    const last = lines.at(-1) ?? '';
    if (last.length > INDENT && last.length + text.trimEnd().length > WIDTH) lines.push(`${' '.repeat(INDENT)}${text}`);
    else lines[lines.length - 1] = `${last}${text}`;
  }
  return lines.map((line) => line.trimEnd());
}

/** What a bake would do; `plan` is `undefined` where the account could not be asked, `unasked` says why. */
export function planLines(inputs: BakeInputs, plan: BakePlan | undefined, unasked: string | undefined, problems: readonly string[]): readonly string[] {
  const { architecture } = inputs;
  const images = classImages(inputs.classes);
  return [
    `${plan?.name ?? 'tinqs-ci-runner-v<next>'}   ${architecture}, disk ${bakedDiskGiB(inputs.classes)} GiB`,
    ...beside('  from', plan === undefined ? [inputs.base] : [plan.baseImage.imageId, `(${inputs.base})`], ' '),
    ...beside('  launch', [`a builder (${builderTypes(architecture).join(' or ')})`, 'no profile', 'nothing inbound', `ends itself after ${BUILDER_LIFE_SECONDS / 60} min`]),
    ...beside('  provision', [...inputs.pins.pins.map(({ tool, version }) => `${tool} ${version}`), "Debian's docker.io"]),
    ...beside('  images', images.length === 0 ? ['none: no class has mode: image'] : images),
    '  make       stop it, make the AMI of its disk, end it',
    '  verify     boot a machine from the AMI, look from inside, mark the AMI, end it',
    `  then       npx nx run bake-ami:promote moves ssm:${pointerPath(architecture)}`,
    ...(plan?.sameAs === undefined ? [] : [`note: ${plan.sameAs} was made of the same inputs;`, "      a new one differs by Debian's updates"]),
    ...(unasked === undefined ? [] : [`note: the account was not asked: ${unasked}`]),
    ...problems.map((problem) => `not yet: ${problem}`),
  ];
}

export function failureLines({ message, consoleTail, remedy }: BakeFailure): readonly string[] {
  const console = consoleTail === '' ? [] : ['--- the end of its console', ...consoleTail.split('\n').map((line) => `  ${line}`), '---'];
  return [...console, `failed: ${message}`, `next: ${remedy}`];
}

export function pointerLines(outcome: PointerOutcome, runnerAmi: string | undefined): readonly string[] {
  if (outcome.kind !== 'moved') return [`${outcome.kind === 'refused' ? 'refused: ' : ''}${outcome.sentence}`];
  const { pointer, from, to } = outcome;
  const setting = `ssm:${pointer}`;
  return [
    `${setting} → ${to}   no deploy needed`,
    ...(from === undefined ? [] : [`was ${from}; back: npx nx run bake-ami:rollback`]),
    ...(runnerAmi === undefined || runnerAmi === setting ? [] : [`note: RUNNER_AMI is ${runnerAmi} here; machines follow the pointer once`, `      the dispatcher is deployed with RUNNER_AMI=${setting}`]),
  ];
}

export function pruneLines(outcome: PruneOutcome): readonly string[] {
  if (outcome.kind === 'refused') return ['refused: nothing is removed while one of these cannot be resolved:', 'it may mean any AMI', ...outcome.unresolved.map((each) => `  ${each}`)];
  const { kind, removed, keep, snapshots } = outcome;
  return [
    ...keep.flatMap(({ image, because }) => [`keep    ${image.name} ${image.imageId}`, ...because.map((each) => `        ${each}`)]),
    ...removed.map(({ name, imageId }) => `${kind === 'pruned' ? 'removed' : 'remove '} ${name} ${imageId}`),
    `${kind === 'pruned' ? 'removed' : 'would remove'} ${removed.length} AMIs and ${snapshots.length} snapshots`,
  ];
}
