import { oddWorkflows } from './odd-workflows.js';
import { job, workflow, WORKFLOWS, type PushCase } from './push-case.js';
import { rowCases } from './row-cases.js';
import { triggerCases } from './trigger-cases.js';

const odd = Object.entries(oddWorkflows).map(([title, text]): PushCase => ({ title: `odd: ${title}`, files: { [`${WORKFLOWS}/a.yml`]: text, [`${WORKFLOWS}/plain.yml`]: workflow('push', job('plain')) } }));

export const pushCases: readonly PushCase[] = [...triggerCases, ...rowCases, ...odd];
