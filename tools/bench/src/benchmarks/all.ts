import type { Benchmark } from '../benchmark.js';
import { bundles } from './bundles.js';
import { checkout } from './checkout.js';
import { day } from './day.js';
import { decision } from './decision.js';
import { dispatch } from './dispatch.js';
import { dispatchStart } from './dispatch-start.js';
import { parsing } from './parsing.js';
import { userData } from './user-data.js';
import { webhook } from './webhook.js';
import { webhookStart } from './webhook-start.js';

/** In the order of the output. */
export const benchmarks: readonly Benchmark[] = [...webhook, ...webhookStart, ...decision, ...parsing, ...dispatch, ...dispatchStart, ...bundles, ...userData, ...checkout, ...day];
