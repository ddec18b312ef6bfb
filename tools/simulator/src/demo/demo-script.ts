import { next, pick, type Random } from '../world/random.js';
import type { Script, Stage } from '../world/script.js';
import { BUILD, DEMO_WORKFLOWS, DOCS, EXPORT, pathOf, planOf, RELEASE, startedBy, TEST, VET, type DemoWorkflow } from './demo-workflows.js';

export const DEMO_REPOSITORY = 'demo/game';
export const DEMO_PERSON = 'robin';

/** What Robin may do next. Each is a push, and what goes with it. */
type Turn = 'feature' | 'scene' | 'scarce' | 'broken' | 'tag' | 'docs';

/** In this order once, so that everything has been seen after some minutes; then at random, for ever. */
const FIRST_TURNS: readonly Turn[] = ['feature', 'scene', 'scarce', 'broken', 'tag', 'docs'];

/** Until the first job is done and its machine gone, and ten quiet seconds. */
const FIRST_REST = 38_000;
const NOTICE = 15_000;

/**
 * A team of one, at work on `demo/game`: pushes, a matrix, needs, a failing job, a Spot interruption, a capacity
 * refusal, a tag. Even steps push, odd ones are for what happens in between.
 */
export function demoScript({ speed = 1 }: { readonly speed?: number } = {}): Script {
  const scaled = (ms: number): number => Math.round(ms / speed);
  return {
    step: (number, stage) => {
      if (number === 0) {
        found(stage);
        return scaled(300);
      }
      if (number === 1) {
        pushTo(stage, speed, [], { 'README.md': '# game\n\nA small game.\n', 'cmd/game/main.go': program('hello') }, 'Say hello', 0);
        return scaled(FIRST_REST);
      }
      if (number % 2 === 1) {
        interruptExport(stage, scaled(NOTICE));
        return scaled(8_000 + next(stage.random) * 12_000);
      }
      const index = number / 2 - 1;
      take(FIRST_TURNS[index] ?? pick(stage.random, FIRST_TURNS), stage, speed, index);
      return scaled(18_000);
    },
  };
}

function found(stage: Stage): void {
  const files = { 'README.md': '# game\n', 'go.mod': 'module demo/game\n', 'cmd/game/main.go': program(''), [pathOf(BUILD)]: BUILD.text, [pathOf(DOCS)]: DOCS.text };
  stage.do('createRepository', { fullName: DEMO_REPOSITORY, by: DEMO_PERSON, private: false, files });
}

function take(turn: Turn, stage: Stage, speed: number, index: number): void {
  const text = `// change ${index}\n`;
  switch (turn) {
    case 'feature':
      return pushTo(stage, speed, [TEST], { [`src/feature-${index % 5}.js`]: text }, 'Add a feature');
    case 'scene':
      return pushTo(stage, speed, [EXPORT], { [`scenes/level-${index % 5}.tscn`]: text }, 'Build a level');
    case 'scarce':
      stage.do('refuse', { pools: { market: 'spot' }, count: 1 });
      return pushTo(stage, speed, [], { 'cmd/game/main.go': program(`turn ${index}`) }, 'Change the greeting');
    case 'broken':
      return pushTo(stage, speed, [VET], { [`tools/check-${index % 5}.go`]: text }, 'Try a tool');
    case 'docs':
      return pushTo(stage, speed, [], { 'docs/manual.md': text }, 'Write the manual');
    case 'tag':
      return tag(stage, speed, index);
  }
}

/** One push to main. Workflows that are not there yet come with it. */
function pushTo(stage: Stage, speed: number, wanted: readonly DemoWorkflow[], changes: { readonly [path: string]: string }, message: string, variety = 1): void {
  const there = filesOf(stage);
  const fresh = wanted.filter((workflow) => !there.has(pathOf(workflow)));
  const files = { ...changes, ...Object.fromEntries(fresh.map((workflow) => [pathOf(workflow), workflow.text])) };
  const present = DEMO_WORKFLOWS.filter((workflow) => there.has(pathOf(workflow)) || fresh.includes(workflow));
  const workflows = startedBy(present, Object.keys(files)).map((workflow) => planOf(workflow, () => variety * next(stage.random), speed));
  stage.do('push', { repository: DEMO_REPOSITORY, by: DEMO_PERSON, message, files, workflows });
}

/** Ten names, again and again: a moved tag looks like a new one. */
function tag(stage: Stage, speed: number, index: number): void {
  if (!filesOf(stage).has(pathOf(RELEASE))) pushTo(stage, speed, [RELEASE], {}, 'Release by tag');
  stage.do('pushTag', { repository: DEMO_REPOSITORY, by: DEMO_PERSON, tag: `v0.${index % 10}`, workflows: [planOf(RELEASE, () => next(stage.random), speed)] });
}

function filesOf({ world }: Stage): ReadonlySet<string> {
  const repository = [...world.gitea.repositories.values()].find(({ owner, name }) => `${owner}/${name}` === DEMO_REPOSITORY);
  const head = repository?.branches[repository.defaultBranch];
  return new Set(Object.keys((head === undefined ? undefined : repository?.commits[head]?.files) ?? {}));
}

/** EC2 wants a machine back that runs the long job, once per such job in about half of the cases, the first always. */
function interruptExport(stage: Stage, noticeMs: number): void {
  const { world } = stage;
  const machine = [...world.machines.values()].find((each) => each.phase === 'busy' && each.noticeAt === null && each.jobId !== null && world.gitea.jobs.get(each.jobId)?.plan.key === 'export');
  if (!machine) return;
  const isFirst = ![...world.machines.values()].some((each) => each.noticeAt !== null);
  if (isFirst || isUnlucky(stage.random)) stage.do('interrupt', { instanceId: machine.instanceId, noticeMs });
}

function isUnlucky(random: Random): boolean {
  return next(random) < 0.5;
}

function program(greeting: string): string {
  return `package main\n\nfunc main() { println(${JSON.stringify(greeting)}) }\n`;
}
