import type { JobPlan, WorkflowPlan } from '../gitea/job-plan.js';

/** A workflow of the demo: its file as Gitea reads it, and the same in the words of a scenario. A test compares both. */
export interface DemoWorkflow {
  readonly file: string;
  readonly text: string;
  /** The only file filter it has; `null`: none. */
  readonly folder: string | null;
  readonly on: 'main' | 'tags';
  readonly jobs: readonly JobPlan[];
}

function onMain(folder: string | null): string {
  const paths = folder === null ? '' : `\n    paths: ["${folder}/**"]`;
  return `on:\n  push:\n    branches: [main]${paths}`;
}

export const BUILD: DemoWorkflow = {
  file: 'build.yml',
  folder: null,
  on: 'main',
  text: `name: build\n${onMain(null)}\njobs:\n  build:\n    runs-on: go\n    steps:\n      - run: go build ./...\n`,
  jobs: [{ key: 'build', labels: ['go'], steps: ['go build ./...'], durationMs: 6_000 }],
};

export const DOCS: DemoWorkflow = {
  file: 'docs.yml',
  folder: 'docs',
  on: 'main',
  text: `name: docs\n${onMain('docs')}\njobs:\n  pages:\n    runs-on: node\n    steps:\n      - run: npm run pages\n`,
  jobs: [{ key: 'pages', labels: ['node'], steps: ['npm run pages'], durationMs: 5_000 }],
};

export const TEST: DemoWorkflow = {
  file: 'test.yml',
  folder: 'src',
  on: 'main',
  text: `name: test
${onMain('src')}
jobs:
  test:
    runs-on: node
    strategy:
      matrix:
        node: [20, 22, 24]
    steps:
      - run: npm test
  image:
    needs: test
    runs-on: docker
    steps:
      - run: docker build .
`,
  jobs: [
    ...['20', '22', '24'].map((version): JobPlan => ({ key: 'test', name: `test (${version})`, labels: ['node'], steps: ['npm test'], durationMs: 7_000 })),
    { key: 'image', labels: ['docker'], needs: ['test'], steps: ['docker build .'], durationMs: 8_000 },
  ],
};

/** Always fails, so what stands behind it is skipped. */
export const VET: DemoWorkflow = {
  file: 'vet.yml',
  folder: 'tools',
  on: 'main',
  text: `name: vet
${onMain('tools')}
jobs:
  vet:
    runs-on: go
    steps:
      - run: go vet ./tools/...
  report:
    needs: vet
    runs-on: go
    steps:
      - run: ./report.sh
`,
  jobs: [
    { key: 'vet', labels: ['go'], steps: ['go vet ./tools/...'], durationMs: 4_000, conclusion: 'failure' },
    { key: 'report', labels: ['go'], needs: ['vet'], steps: ['./report.sh'], durationMs: 2_000 },
  ],
};

/** Long enough to be interrupted. */
export const EXPORT: DemoWorkflow = {
  file: 'export.yml',
  folder: 'scenes',
  on: 'main',
  text: `name: export\n${onMain('scenes')}\njobs:\n  export:\n    runs-on: godot\n    steps:\n      - run: godot --headless --export-release web\n`,
  jobs: [{ key: 'export', labels: ['godot'], steps: ['godot --headless --export-release web'], durationMs: 45_000 }],
};

export const RELEASE: DemoWorkflow = {
  file: 'release.yml',
  folder: null,
  on: 'tags',
  text: `name: release\non:\n  push:\n    tags: ["v*"]\njobs:\n  release:\n    runs-on: deploy\n    steps:\n      - run: ./deploy.sh\n`,
  jobs: [{ key: 'release', labels: ['deploy'], steps: ['./deploy.sh'], durationMs: 9_000 }],
};

export const DEMO_WORKFLOWS: readonly DemoWorkflow[] = [BUILD, DOCS, TEST, VET, EXPORT, RELEASE];

export function pathOf(workflow: DemoWorkflow): string {
  return `.gitea/workflows/${workflow.file}`;
}

/** Those of the present workflows that a push to main with these changed files starts. */
export function startedBy(present: readonly DemoWorkflow[], changed: readonly string[]): readonly DemoWorkflow[] {
  return present.filter(({ on, folder }) => on === 'main' && (folder === null || changed.some((path) => path.startsWith(`${folder}/`))));
}

/** Durations vary by up to a third, and shrink with the speed. */
export function planOf(workflow: DemoWorkflow, vary: () => number, speed: number): WorkflowPlan {
  const jobs = workflow.jobs.map((job) => ({ ...job, durationMs: Math.max(1, Math.round(((job.durationMs ?? 5_000) * (1 + vary() / 3)) / speed)) }));
  return { file: workflow.file, name: workflow.file.replace('.yml', ''), jobs };
}
