import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { listPools, type Instance } from '@tinqs/spot-launcher';
import { named } from './aws-call.js';
import { BakeFailure } from './bake-failure.js';
import { consoleTail } from './console-marker.js';
import { judgeMachine } from './machine-state.js';
import { TAGS } from './own-image.js';
import type { Place, World } from './world.js';

export interface MachineOrder {
  readonly role: 'builder' | 'verifier';
  readonly imageId: string;
  readonly rootDeviceName: string;
  readonly diskGiB: number;
  readonly place: Place;
  readonly userData: string;
  /** The machine's own timer ends it then. */
  readonly lifeSeconds: number;
}

/** Machines of one run that may still cost something, and why they could not be ended. */
export interface LeftOver {
  readonly instanceIds: readonly string[];
  readonly why: string;
}

/** All machines of one run of this tool. */
export interface Machines {
  launch(order: MachineOrder): Promise<string>;
  /** Waits for the machine's last word on the console: seconds since its power-on. */
  awaitWord(instanceId: string, order: MachineOrder): Promise<number>;
  stop(instanceId: string): Promise<void>;
  /** Ends whatever the run has launched, also by a call that was never answered; `undefined` when nothing is left. Never throws. */
  endAll(): Promise<LeftOver | undefined>;
}

const LOOK_MS = 10_000;
/** A machine whose launch was not answered may take this long to be listed. */
const SHOW_MS = 60_000;
const GIVE_UP_MS = 180_000;
const STOP_MS = 10 * 60_000;

export function machinesOf(run: string, world: World): Machines {
  const launched = new Set<string>();
  const told = new Set<string>();
  let mayHaveMore = false;
  const list = () => world.launcher.list({ tags: { [TAGS.run]: run } });
  const find = async (instanceId: string): Promise<Instance | undefined> => (await list()).find((each) => each.instanceId === instanceId);
  return {
    async launch(order) {
      mayHaveMore = true;
      const instanceId = await launch(run, order, world);
      launched.add(instanceId);
      mayHaveMore = false;
      return instanceId;
    },
    async awaitWord(instanceId, { role, lifeSeconds }) {
      const deadline = world.now() + lifeSeconds * 1_000;
      let said = '';
      for (;;) {
        const seen = await find(instanceId);
        const console = (await world.launcher.console(instanceId, { latest: true }))?.text ?? '';
        const verdict = judgeMachine({ run, state: seen?.state, stateReason: seen?.stateReason?.message, console, now: world.now(), deadline });
        if (verdict.kind === 'done') return verdict.seconds;
        if (verdict.kind === 'failed') throw new BakeFailure({ step: `the ${role} ${instanceId}`, why: verdict.reason, consoleTail: consoleTail(console), remedy: remedyFor(verdict.reason) });
        if (verdict.step !== said) world.say(`  ${role} ${instanceId}: ${verdict.step}`);
        said = verdict.step;
        await world.sleep(LOOK_MS, world.stop);
      }
    },
    async stop(instanceId) {
      await named(`StopInstances of ${instanceId}`, world.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] })));
      const deadline = world.now() + STOP_MS;
      for (;;) {
        const state = (await find(instanceId))?.state;
        if (state === 'stopped') return;
        const gone = state === 'terminated' || state === 'shutting-down';
        if (gone || world.now() >= deadline) throw new BakeFailure({ step: `stopping the builder ${instanceId}`, why: gone ? `it is ${state}: its own timer was faster` : 'it does not stop', remedy: 'run it again' });
        await world.sleep(LOOK_MS, world.stop);
      }
    },
    async endAll() {
      const begun = world.now();
      const ended = new Set<string>();
      for (;;) {
        const why = await endRound(launched, ended, list, world);
        const left = [...launched].filter((instanceId) => !ended.has(instanceId));
        const age = world.now() - begun;
        if (why === undefined && left.length === 0 && (!mayHaveMore || age >= SHOW_MS)) {
          const news = [...ended].filter((instanceId) => !told.has(instanceId));
          if (news.length > 0) world.say(`ended ${news.join(', ')}`);
          for (const instanceId of news) told.add(instanceId);
          return undefined;
        }
        if (age >= GIVE_UP_MS) return { instanceIds: left, why: why ?? 'EC2 does not show them' };
        await world.sleep(LOOK_MS);
      }
    },
  };
}

/** No profile, IMDSv2, and a shutdown from inside is its end: the launcher's rules for the fleet's machines. On demand, for a Spot machine cannot be stopped. */
async function launch(run: string, order: MachineOrder, world: World): Promise<string> {
  const { role, place } = order;
  const outcome = await world.launcher.launch({
    name: `tinqs-ci-bake-${run}-${role}`,
    pools: listPools({ instanceTypes: place.instanceTypes, subnets: place.subnets, market: 'on-demand' }),
    imageId: order.imageId,
    rootDeviceName: order.rootDeviceName,
    diskGiB: order.diskGiB,
    securityGroups: place.securityGroups,
    userData: order.userData,
    tags: { Name: `tinqs-ci-bake-${role}`, [TAGS.mark]: 'true', [TAGS.run]: run, [TAGS.role]: role, [TAGS.endsBy]: new Date(world.now() + order.lifeSeconds * 1_000).toISOString() },
  });
  if (outcome.kind === 'launched') return outcome.instanceId;
  const detail = outcome.kind === 'refused' && outcome.detail !== '' ? ` (${outcome.detail})` : '';
  throw new BakeFailure({ step: `launching the ${role}`, why: `${outcome.sentence}${detail}`, remedy: 'mend what EC2 refuses (SUBNET, SECURITY_GROUP, permissions, quota), then run it again' });
}

/** One look and one call for each machine that is not ended; what went wrong, if anything did. */
async function endRound(launched: Set<string>, ended: Set<string>, list: () => Promise<readonly Instance[]>, { launcher }: World): Promise<string | undefined> {
  let why: string | undefined;
  const attempt = async (work: () => Promise<void>) => {
    await work().catch((error: unknown) => {
      why = error instanceof Error ? error.message : String(error);
    });
  };
  await attempt(async () => {
    for (const { instanceId, state } of await list()) {
      launched.add(instanceId);
      if (state === 'terminated' || state === 'shutting-down') ended.add(instanceId);
    }
  });
  for (const instanceId of launched) {
    if (ended.has(instanceId)) continue;
    await attempt(async () => {
      if ((await launcher.terminate(instanceId)).kind !== 'not-found') ended.add(instanceId);
    });
  }
  return why;
}

function remedyFor(reason: string): string {
  if (reason.includes('is not what was expected')) return 'the vendor serves another file than the one that was pinned: look why before you pin it anew with "npx nx run images:pin"';
  if (reason.includes('before its first word')) return 'it booted and said nothing: does the subnet reach the internet, and does the AMI run user data (cloud-init)?';
  return 'the console above is the machine\'s own; mend the cause and run it again';
}
