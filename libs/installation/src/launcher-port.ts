import { lifeOf, TAGS, type Instance, type LauncherPort, type LaunchOrder, type PoolRefusal, type Repository, type RestCause, type RunnerClass } from '@tinqs/fleet';
import type { RunnerCredential } from '@tinqs/gitea-client';
import { listPools, type CapacityMemory, type Instance as Ec2Instance, type LaunchErrorClass, type LaunchOutcome, type LaunchRequest, type SpotLauncher } from '@tinqs/spot-launcher';
import { renderUserData } from '@tinqs/userdata-renderer';
import { scopeKey } from '@tinqs/fleet';
import { pricePerHour } from './prices.js';

/** What every machine of an installation has in common. */
export interface MachineSettings {
  readonly installation: string;
  readonly giteaUrl: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly ami: string;
  readonly instanceProfile: string | null;
  readonly gitHosts: (repository: Repository) => Promise<readonly string[]>;
  readonly gitToken: () => Promise<string | null>;
  readonly singleShotClaim: () => Promise<boolean>;
}

export interface LauncherPortOptions {
  /** The real launcher, or anything that keeps its promise: the simulator's, the sandbox's. */
  readonly launcher: Pick<SpotLauncher, 'launch' | 'terminate' | 'list'>;
  readonly settings: MachineSettings;
  readonly readParameter: (name: string) => Promise<string>;
  readonly rootDeviceName?: (imageId: string) => Promise<string | undefined>;
  readonly now: () => number;
}

const CAUSES: { readonly [errorClass in LaunchErrorClass]?: RestCause } = { capacity: 'capacity', price: 'capacity', unsupported: 'unsupported', 'subnet-full': 'subnet-full', 'spot-quota': 'spot-quota', 'on-demand-quota': 'on-demand-quota' };

/** Fits the launcher and the boot script to what the controller and the sweep need. */
export function createLauncherPort({ launcher, settings, readParameter, rootDeviceName, now }: LauncherPortOptions): LauncherPort {
  return {
    async resolveAmi(runnerClass) {
      const ami = runnerClass.ami ?? settings.ami;
      return ami.startsWith('ssm:') ? readParameter(ami.slice('ssm:'.length)) : ami;
    },
    async launch(order) {
      if (now() >= order.deadline) return { kind: 'refused', code: 'TooLate', sentence: 'the time to launch it was over', remedy: 'nothing: it is launched again later', permanent: false, tried: [] };
      const root = await rootDeviceName?.(order.amiId);
      const request = await requestOf(order, settings, root);
      const outcome = await launcher.launch(request);
      return resultOf(outcome);
    },
    async terminate(instanceId, options) {
      await launcher.terminate(instanceId, options?.force === true ? { force: true } : {});
    },
    async list() {
      return (await launcher.list({ tags: { [TAGS.installation]: settings.installation } })).map(toInstance);
    },
  };
}

/** The boot script of an order, with its one-job credential in it. */
export async function userDataOf({ runnerClass, registration, repository }: LaunchOrder, settings: MachineSettings): Promise<string> {
  const credential = registration.credential as RunnerCredential;
  const gitToken = await settings.gitToken();
  return renderUserData({
    credential: { id: credential.id, uuid: credential.uuid, name: credential.name, token: credential.token.reveal(), labels: runnerClass.labels },
    giteaUrl: settings.giteaUrl,
    environment: runnerClass.mode === 'image' && runnerClass.image !== null ? { mode: 'image', image: runnerClass.image } : { mode: 'host' },
    limits: runnerClass.limits,
    lifeSeconds: lifeOf(runnerClass.limits) / 1_000,
    singleShotClaim: await settings.singleShotClaim(),
    gitHosts: gitToken === null ? [] : await settings.gitHosts(repository),
    ...(gitToken === null ? {} : { gitToken }),
    sudo: runnerClass.sudo,
    metadataWall: !runnerClass.instanceProfile,
  });
}

/** What of a launch is the same for every job of a class; `onDemand`: may its pools include on-demand ones, where the class allows it. */
export function machineOf(runnerClass: RunnerClass, { subnets, securityGroups, instanceProfile }: Pick<MachineSettings, 'subnets' | 'securityGroups' | 'instanceProfile'>, onDemand: boolean): Pick<LaunchRequest, 'pools' | 'diskGiB' | 'securityGroups' | 'instanceProfile'> {
  return {
    pools: listPools({ instanceTypes: runnerClass.instanceTypes, subnets, market: marketOf(runnerClass, onDemand) }),
    diskGiB: runnerClass.diskGiB,
    securityGroups,
    ...(runnerClass.instanceProfile && instanceProfile !== null ? { instanceProfile } : {}),
  };
}

async function requestOf(order: LaunchOrder, settings: MachineSettings, rootDeviceName: string | undefined): Promise<LaunchRequest> {
  const { runnerClass, name } = order;
  const userData = await userDataOf(order, settings);
  return {
    name,
    ...machineOf(runnerClass, settings, order.onDemand),
    memory: order.rests.map(({ pool, cause, code, failures, until }) => ({ pool: cause === 'spot-quota' || cause === 'on-demand-quota' ? { instanceType: '*', subnet: '*', market: pool.market } : pool, code, failures, until })) satisfies CapacityMemory,
    imageId: order.amiId,
    ...(rootDeviceName === undefined ? {} : { rootDeviceName }),
    userData,
    deadline: new Date(order.deadline),
    tags: {
      Name: name,
      [TAGS.mark]: 'true',
      [TAGS.installation]: settings.installation,
      [TAGS.name]: name,
      [TAGS.classId]: runnerClass.id,
      [TAGS.scope]: scopeKey(order.scope),
      [TAGS.runnerId]: String(order.registration.runnerId),
      [TAGS.endsBy]: new Date(order.endsBy).toISOString(),
    },
  };
}

function marketOf(runnerClass: RunnerClass, onDemand: boolean): 'spot' | 'on-demand' | 'spot-then-on-demand' {
  return runnerClass.market === 'spot-then-on-demand' && !onDemand ? 'spot' : runnerClass.market;
}

function resultOf(outcome: LaunchOutcome): Awaited<ReturnType<LauncherPort['launch']>> {
  const tried: PoolRefusal[] = outcome.tried.flatMap((refusal) => {
    const cause = CAUSES[refusal.class];
    return cause === undefined ? [] : [{ pool: refusal.pool, code: refusal.code, cause }];
  });
  switch (outcome.kind) {
    case 'launched': {
      const { instanceId, pool } = outcome;
      return { kind: 'launched', instanceId, pool, availabilityZone: outcome.availabilityZone ?? null, pricePerHour: pricePerHour(pool), tried };
    }
    case 'no-capacity':
      return { kind: 'no-capacity', tried };
    case 'refused':
      return { kind: 'refused', code: outcome.code, sentence: outcome.reason, remedy: outcome.remedy, permanent: outcome.permanent, tried };
    case 'unknown':
      return { kind: 'unknown', pool: outcome.pool, sentence: outcome.sentence, tried };
  }
}

function toInstance(instance: Ec2Instance): Instance {
  const { instanceId, state, tags, subnet, instanceType, market } = instance;
  return {
    instanceId,
    state,
    stateReason: instance.stateReason?.code ?? null,
    launchedAt: instance.launchTime.getTime(),
    tags,
    // An ended machine has no subnet any more.
    pool: subnet === undefined ? null : { instanceType, subnet, market },
    availabilityZone: instance.availabilityZone ?? null,
  };
}
