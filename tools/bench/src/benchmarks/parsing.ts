import { parseWorkflow } from '@tinqs/workflow-parser';
import { parseDocument } from 'yaml';
import type { Benchmark } from '../benchmark.js';
import { processorMsOf, sampledRatio } from '../harness.js';
import { sampleWorkflow } from '../sample-workflow.js';

const text = sampleWorkflow(5);
const twice = sampleWorkflow(10);
const parse = (source: string) => () => parseWorkflow(source, { path: '.gitea/workflows/ci.yml' });

export const parsing: readonly Benchmark[] = [
  {
    id: 'parsing',
    what: "parsing a workflow, over yaml's bare parseDocument of the same text",
    unit: '×',
    budget: 1.5,
    measure: () => sampledRatio({ warmUps: 10, rounds: 30 }, { work: () => processorMsOf(10, parse(text)), floor: () => processorMsOf(10, () => parseDocument(text)) }),
  },
  {
    id: 'parsing-2x-text',
    what: 'parsing a workflow of twice the jobs, over the one',
    unit: '×',
    budget: 2.3,
    measure: () => sampledRatio({ warmUps: 10, rounds: 30 }, { work: () => processorMsOf(10, parse(twice)), floor: () => processorMsOf(20, parse(text)) }),
  },
];
