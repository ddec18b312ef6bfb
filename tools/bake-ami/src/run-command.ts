import { remedyOf } from './aws-call.js';
import { BakeFailure, sentenceOf } from './bake-failure.js';
import { bakedDiskGiB, bakeProblems, planBake, type AccountFacts, type BakeInputs } from './bake-plan.js';
import { bake } from './bake.js';
import { listOwnImages } from './image-store.js';
import { endLeftovers } from './leftovers.js';
import { openGroups } from './open-groups.js';
import { newestFirst } from './own-image.js';
import { readParameter } from './pointer-store.js';
import { promote, rollBack, type PointerOutcome } from './promote.js';
import { prune } from './prune.js';
import { failureLines, planLines, pointerLines, pruneLines } from './report.js';
import type { Settings } from './settings.js';
import { verifyWith } from './verify.js';
import { withMachines } from './with-machines.js';
import type { Workspace } from './workspace.js';
import type { World } from './world.js';

export interface CommandContext {
  readonly settings: Settings;
  readonly workspace: Workspace;
  readonly world: World;
  /** A new run's id: `a-z` and `0-9`. */
  readonly run: string;
  /** The answer, on standard output. */
  readonly print: (text: string) => void;
}

/** 0 fine, 1 refused or failed. */
export async function runCommand(context: CommandContext): Promise<0 | 1> {
  try {
    return await COMMANDS[context.settings.command](context);
  } catch (error) {
    const failure = error instanceof BakeFailure ? error : new BakeFailure({ step: context.settings.command, why: sentenceOf(error), remedy: remedyOf(error) }, { cause: error });
    const { step, why, consoleTail, remedy } = failure;
    answer(context, { kind: 'failed', step, why, consoleTail, remedy }, failureLines(failure));
    return 1;
  }
}

const COMMANDS: Readonly<Record<Settings['command'], (context: CommandContext) => Promise<0 | 1>>> = {
  async plan(context) {
    const inputs = context.workspace.inputs(context.settings);
    const asked = await Promise.all([readAccount(inputs, context.world), openGroups(context.world.ec2, context.settings.place.securityGroups)]).catch(sentenceOf);
    const [facts, open, unasked] = typeof asked === 'string' ? [undefined, [], asked] : [...asked, undefined];
    const problems = [...bakeProblems(inputs, facts), ...open];
    const plan = facts === undefined ? undefined : planBake(inputs, facts);
    answer(context, { name: plan?.name, base: plan?.baseImage.imageId ?? inputs.base, tools: inputs.pins.pins, problems, unasked, sameAs: plan?.sameAs }, planLines(inputs, plan, unasked, problems));
    return problems.length === 0 ? 0 : 1;
  },
  async bake(context) {
    const { settings, workspace, world, run } = context;
    const inputs = workspace.inputs(settings);
    refuse(bakeProblems(inputs));
    await endLeftovers(world);
    const facts = await readAccount(inputs, world);
    refuse([...bakeProblems(inputs, facts), ...(await openGroups(world.ec2, settings.place.securityGroups))]);
    const before = newestFirst(facts.ownImages).find(({ architecture, bootSeconds }) => architecture === settings.architecture && bootSeconds !== undefined);
    const baked = await bake(planBake(inputs, facts), { run, place: settings.place, world });
    answer(context, { kind: 'baked', ...baked }, [`${baked.name} ${baked.imageId} is verified, up in ${baked.bootSeconds} s${before === undefined ? '' : ` (v${before.version}: ${before.bootSeconds} s)`}`, `next: npx nx run bake-ami:promote -- ${baked.imageId}`]);
    return 0;
  },
  async verify(context) {
    const { settings, workspace, world, run } = context;
    const images = await listOwnImages(world.ec2);
    const image = settings.imageId === undefined ? newestFirst(images).find(({ architecture }) => architecture === settings.architecture) : images.find(({ imageId }) => imageId === settings.imageId);
    if (image === undefined) throw new BakeFailure({ step: 'verify', why: `${settings.imageId ?? `an AMI for ${settings.architecture}`} is none of this tool's AMIs here`, remedy: '"npx nx run bake-ami:bake" makes one' });
    refuse(await openGroups(world.ec2, settings.place.securityGroups));
    const diskGiB = bakedDiskGiB(workspace.inputs(settings).classes);
    const bootSeconds = await withMachines(run, world, (machines) => verifyWith(machines, { image, run, place: settings.place, diskGiB, world }));
    answer(context, { kind: 'verified', imageId: image.imageId, name: image.name, bootSeconds }, [`${image.name} ${image.imageId} is verified, up in ${bootSeconds} s`, `next: npx nx run bake-ami:promote -- ${image.imageId}`]);
    return 0;
  },
  promote: async (context) => tellPointer(context, await promote({ architecture: context.settings.architecture, ...(context.settings.imageId === undefined ? {} : { imageId: context.settings.imageId }) }, context.world)),
  rollback: async (context) => tellPointer(context, await rollBack(context.settings, context.world)),
  async prune(context) {
    const { settings, workspace, world } = context;
    if (!settings.dryRun) await endLeftovers(world);
    const outcome = await prune({ classes: workspace.classes, runnerAmi: settings.runnerAmi, dryRun: settings.dryRun }, world);
    answer(context, outcome, pruneLines(outcome));
    return outcome.kind === 'refused' ? 1 : 0;
  },
};

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new BakeFailure({ step: 'nothing was launched', why: problems.join('\n  '), remedy: 'mend that; "npx nx run bake-ami:plan" tells what a bake would do' });
}

async function readAccount({ base }: BakeInputs, { ec2, ssm, launcher }: World): Promise<AccountFacts> {
  const imageId = base.startsWith('ssm:') ? await readParameter(ssm, base.slice('ssm:'.length)) : base;
  const baseImage = imageId === undefined ? undefined : await launcher.describeImage(imageId);
  if (baseImage === undefined) throw new BakeFailure({ step: 'the base', why: imageId === undefined ? `the parameter of ${base} does not exist in this region` : `there is no AMI ${imageId} in this region`, remedy: 'name another Debian: --base ami-…' });
  return { baseImage, ownImages: await listOwnImages(ec2) };
}

function tellPointer(context: CommandContext, outcome: PointerOutcome): 0 | 1 {
  answer(context, outcome, pointerLines(outcome, context.settings.runnerAmi));
  return outcome.kind === 'refused' ? 1 : 0;
}

function answer({ settings, print }: CommandContext, value: object, lines: readonly string[]): void {
  print(settings.json ? JSON.stringify(value) : lines.join('\n'));
}
