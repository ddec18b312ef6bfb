import { createController, reconcileInstance, scopeKey, scopeOf, sweep, type Controller, type FleetPorts, type FleetSettings, type JobFact, type Scope } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createLawOfInterruptions, createLawsOfTime, createSimulatedWorld, createWitness, deliveryFact, localEc2, serverFacts, simulatedGitea, simulatedLauncher, type BrokenInvariant, type Outgoing, type SimulatedWorld, type Witness } from '@tinqs/simulator';
import { createDice } from './dice.js';
import { createFaultPorts, type Process } from './fault-ports.js';
import { claimGivenBack, perform, withBlindSpots, withoutBreath, withShortLists } from './deeds.js';
import { CLASSES, misbehaviourOf, STARTED_AT, type Scenario } from './scenario.js';
import { createVirtualClock } from './virtual-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type Message = { readonly scope: Scope; readonly fact: JobFact | null; visibleAt: number; done: boolean };

export interface Played {
  readonly broken: BrokenInvariant | null;
  /** What happened, line by line. */
  readonly story: readonly string[];
  readonly served: number;
  readonly machines: number;
  readonly steps: number;
}

/** After the chaos everything must come to rest within this: the longest life, and Gitea's zombie sweep. */
const CALM = 80 * MINUTE;
const VISIBILITY = 270 * SECOND;

/** Plays one scenario to its end, or to the first law that is broken. */
export async function play(scenario: Scenario): Promise<Played> {
  const { faults, chaosMs } = scenario;
  const dice = createDice(scenario.seed ^ 0x9e3779b9);
  const clock = createVirtualClock(STARTED_AT);
  const story: string[] = [];
  const tell = (line: string) => void story.push(`${new Date(clock.now()).toISOString().slice(11, 23)}  ${line}`);
  const world = createSimulatedWorld({ seed: scenario.seed, startedAt: STARTED_AT, gitea: scenario.gitea, timing: { boot: [15_000, 60_000], ...(faults.races ? { fetch: [50, 400] as const } : {}) }, misbehaviour: misbehaviourOf(scenario), retainMs: 24 * 60 * MINUTE });
  world.do('addHook', { url: 'http://dispatcher.simulated/webhook', secret: 's', events: ['workflow_job'] });
  for (let index = 1; index <= scenario.repositories; index += 1) world.do('createRepository', { fullName: `acme/app-${index}`, files: { 'README.md': 'app' } });

  const settings: FleetSettings = { installation: 'sim', classes: CLASSES, scopeKind: 'repository', maxRunners: scenario.maxRunners, subnets: ['subnet-a', 'subnet-b'], dailyBudget: null };
  const skews = faults.clocks ? [0, 45 * SECOND, -45 * SECOND] : [0];
  const witness = createWitness({ store: createMemoryRunStore({ now: clock.now }), ec2: localEc2(world, { seed: scenario.seed + 2 }), world, settings, skewMs: faults.clocks ? 90 * SECOND : 0, tell });
  const interruptions = createLawOfInterruptions(world, witness);
  const messages: Message[] = [];
  const chaos = () => clock.now() < STARTED_AT + chaosMs;
  const ignore = () => undefined;

  const post = (scope: Scope, fact: JobFact | null, delayMs: number) => {
    const message: Message = { scope, fact, visibleAt: clock.now() + delayMs, done: false };
    messages.push(message);
    clock.call(message.visibleAt, pump);
  };

  const lostKnocks: number[] = [];
  async function knock(scope: Scope, delayMs: number): Promise<void> {
    if (!(chaos() && faults.drop && dice.chance(0.1))) return post(scope, null, delayMs);
    lostKnocks.push(clock.now());
    tell(`a knock for ${scopeKey(scope)} is lost`);
  }

  const listDice = createDice(scenario.seed ^ 0x1157);
  function portsOf(process: Process): FleetPorts {
    const ports: FleetPorts = {
      store: witness.store,
      gitea: interruptions.counting(withoutBreath(withShortLists(simulatedGitea(world, { seed: dice.between(1, 1e9) }), () => chaos() && faults.lists && listDice.chance(0.1)), () => chaos() && faults.breathless && listDice.chance(0.1))),
      launcher: withBlindSpots(simulatedLauncher({ ec2: witness.ec2, installation: 'sim', now: () => clock.now() + process.skewMs }), clock.now, () => chaos() && faults.unseen && listDice.chance(0.1)),
      queue: { knock },
      log: { info: ignore, warn: ignore, error: (message, fields) => tell(`${process.name}: ${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.message : value)).slice(0, 200)}`) },
      now: () => clock.now() + process.skewMs,
      server: async () => serverFacts(world),
    };
    return createFaultPorts({ ports, process, clock, dice: dice.fork(), faults: () => ({ store: chaos() && faults.store, freeze: chaos() && faults.freeze }), tell });
  }

  let births = 0;
  function begin(name: string, onDeath: () => void): Process {
    births += 1;
    return { name: `${name} ${births}`, skewMs: dice.pick(skews), dead: false, calls: 0, crashAt: null, onDeath };
  }
  /** Some runs are the last of their process. */
  const mayCrash = (process: Process, most: number) => void (process.crashAt = chaos() && faults.crash && dice.chance(0.15) ? process.calls + dice.between(1, most) : null);

  // Two dispatchers, each with one batch at a time and caches that last as long as it lives.
  interface Dispatcher {
    process: Process;
    controller: Controller;
    busy: boolean;
  }
  const dispatchers: Dispatcher[] = [0, 1].map(() => born());
  function born(): Dispatcher {
    const dispatcher = {} as Dispatcher;
    const process = begin('dispatcher', () => {
      dispatchers[dispatchers.indexOf(dispatcher)] = born();
      clock.call(clock.now() + 1_000, pump);
    });
    return Object.assign(dispatcher, { process, controller: createController(portsOf(process), settings), busy: false });
  }

  function pump(): void {
    for (const dispatcher of dispatchers) {
      if (dispatcher.busy) continue;
      const batch = messages.filter((message) => !message.done && message.visibleAt <= clock.now()).slice(0, 10);
      if (batch.length === 0) return;
      for (const message of batch) {
        message.visibleAt = clock.now() + VISIBILITY;
        clock.call(message.visibleAt, pump);
      }
      dispatcher.busy = true;
      mayCrash(dispatcher.process, 30);
      void dispatch(dispatcher, batch).then(() => {
        dispatcher.busy = false;
        pump();
      });
    }
  }

  /** As the dispatch function does it: what was recorded is retried from the table, only the rest by the queue. */
  async function dispatch({ process, controller }: Dispatcher, batch: readonly Message[]): Promise<void> {
    const failed = new Set<Message>();
    const scopes = new Map<string, Scope>();
    const attempt = (of: readonly Message[], work: () => Promise<unknown>) =>
      work().catch((cause: unknown) => {
        tell(`${process.name} fails: ${cause instanceof Error ? cause.message : String(cause)}`);
        for (const message of of) failed.add(message);
      });
    await Promise.all(
      batch.map((message) =>
        attempt([message], async () => {
          if (message.fact !== null) await controller.record(message.scope, message.fact);
          if (message.fact?.status !== 'blocked') scopes.set(scopeKey(message.scope), message.scope);
        }),
      ),
    );
    await Promise.all([...scopes].map(([key, scope]) => attempt(batch.filter((message) => scopeKey(message.scope) === key), () => controller.serve(scope))));
    for (const message of batch) if (!failed.has(message)) message.done = true;
    messages.splice(0, messages.length, ...messages.filter((message) => !message.done));
  }

  const sweeping = [false, false];
  function sweepSometimes(slot: number): void {
    clock.call(clock.now() + MINUTE, () => sweepSometimes(slot));
    if (sweeping[slot]) return;
    const process = begin('sweep', () => (sweeping[slot] = false));
    mayCrash(process, 60);
    sweeping[slot] = true;
    void sweep(portsOf(process), settings, async (report) => interruptions.hear(report)).then(
      () => {
        sweeping[slot] = false;
      },
      (cause: unknown) => {
        sweeping[slot] = false;
        tell(`${process.name} fails as a whole: ${String(cause)}`);
        witness.breach('sweep', 'a pass must not throw');
      },
    );
  }
  clock.call(STARTED_AT + dice.between(0, MINUTE), () => sweepSometimes(0));
  if (faults.twoSweeps) clock.call(STARTED_AT + dice.between(0, MINUTE), () => sweepSometimes(1));

  const told = new Map<string, JobFact>();
  /** When Gitea last told of a job that it waits. */
  const toldToWait = new Map<string, number>();
  function hear(heard: Outgoing): void {
    if (heard.kind === 'delivery') {
      const fact = deliveryFact(world, heard);
      if (fact === undefined) return;
      told.set(fact.id, fact);
      if (fact.status === 'queued') toldToWait.set(fact.id, clock.now());
      tell(`webhook: job ${fact.id} ${fact.name} ${fact.status}${fact.runnerId === null ? '' : ` runner ${fact.runnerId}`}`);
      post(scopeOf('repository', fact.repository), fact, dice.between(5, 300));
    } else if (dice.chance(0.5)) {
      const process = begin('instance event', ignore);
      mayCrash(process, 20);
      void reconcileInstance(portsOf(process), settings, heard.detail['instance-id']).catch((cause: unknown) => tell(`${process.name} fails: ${String(cause)}`));
    }
  }

  for (const deed of scenario.deeds)
    clock.call(STARTED_AT + deed.at, () => {
      if (deed.kind !== 'claim') return perform(world, deed, tell);
      const fact = claimGivenBack(world, told, deed.pick);
      if (fact === undefined) return;
      tell(`webhook: job ${fact.id} ${fact.name} running runner ${fact.runnerId}, a claim that is given back`);
      post(scopeOf('repository', fact.repository), fact, dice.between(5, 300));
    });
  clock.call(STARTED_AT + chaosMs, () => {
    tell('calm: from here on nothing fails');
    world.do('misbehave', { drop: 0, duplicate: 0, reorder: 0, delay: { probability: 0, maxMs: 0 }, loseAnswers: 0, loseRequests: 0, refuseCapacity: 0, unseen: 0, interrupt: { probability: 0, withinMs: 0 }, neverOnline: 0, jobHangs: 0, silentEnds: 0, ignorePoweroff: 0, outages: [] });
  });
  // Silence of 10 min, dead and frozen sweeps, clocks that differ.
  const slack = (faults.giteaAway ? 14 : 0) * MINUTE + (faults.ec2Away ? 14 : 0) * MINUTE + (faults.freeze ? 12 : 0) * MINUTE + (faults.crash || faults.store || faults.lostAnswers || faults.lostRequests ? 8 : 0) * MINUTE + (faults.clocks ? 3 : 0) * MINUTE + (faults.lists ? 3 : 0) * MINUTE + (faults.unseen ? 10 : 0) * MINUTE;
  const judge = createLawsOfTime(world, witness, slack, (since) => lostKnocks.filter((at) => at >= since).length);
  // The world's time is set each minute at least: without it the kept seeds would have other histories.
  clock.call(STARTED_AT + MINUTE, function tick() {
    clock.call(clock.now() + MINUTE, tick);
  });

  let steps = 0;
  const end = STARTED_AT + chaosMs + CALM;
  const atRest = () => clock.now() > STARTED_AT + chaosMs + 3 * MINUTE && unrest(world, witness, toldToWait).length === 0 && interruptions.unsettled().length === 0;
  for (; witness.broken.length === 0; steps += 1) {
    const next = Math.min(world.nextAt() ?? Infinity, clock.nextAt() ?? Infinity);
    if (next > end || atRest()) break;
    clock.tick(next);
    for (const heard of world.advanceTo(clock.now())) hear(heard);
    await new Promise((resolve) => setImmediate(resolve));
    judge();
  }
  if (witness.broken.length === 0) for (const what of unrest(world, witness, toldToWait)) witness.breach('rest', what);
  if (witness.broken.length === 0) for (const what of interruptions.unsettled()) witness.breach('P19', what);
  return { broken: witness.broken[0] ?? null, story, served: world.ledger.served.length, machines: world.ledger.machines.length, steps };
}

/** What is not at rest: a job that waits (I1) or hangs, a machine (I3), a registration (I4), a place (I5). */
function unrest(world: SimulatedWorld, witness: Witness, toldToWait: ReadonlyMap<string, number>): readonly string[] {
  const found: string[] = [];
  for (const job of world.gitea.jobs.values()) {
    if (job.caller || job.state === 'done' || job.state === 'blocked') continue;
    const known = witness.jobs.get(String(job.id));
    const foreign = job.plan.labels.includes('foreign');
    // On 1.24 nobody can find a job that was never told of, nor that it was run again.
    const isTold = known?.status === 'queued' && (toldToWait.get(known.id) ?? 0) >= job.updatedAt;
    if (!world.traits.jobsApi && !isTold) continue;
    if (foreign && (known?.reasons.length ?? 0) > 0) continue;
    found.push(`job ${job.id} ${job.name} is ${job.state} in Gitea, ${known === undefined ? 'unknown' : `${known.status}, ${known.reasons[0]?.code ?? 'without a reason'}`} here`);
  }
  for (const machine of world.machines.values()) if (machine.state !== 'terminated') found.push(`machine ${machine.instanceId} (${machine.request.name}) is ${machine.state}, ${machine.phase}`);
  for (const row of world.gitea.registrations.values()) found.push(`registration ${row.id} ${row.name} is left`);
  for (const name of witness.holders.keys()) found.push(`the place of ${name} is held`);
  return found;
}
