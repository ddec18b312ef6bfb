import type { YamlValue } from '@tinqs/workflow-parser';
import { placeOf } from '@tinqs/workflow-parser';
import type { LintRule } from './linted-file.js';
import { warningAt } from './diagnosis.js';

const isRecord = (value: YamlValue | undefined): value is { readonly [key: string]: YamlValue } => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Map);

/** An `include` entry that shares no key with the matrix is a job of its own, and extends nothing. Source: nektos/act, pkg/model/workflow.go, GetMatrixes. */
export const includeApart: LintRule = ({ path, workflow }) =>
  workflow.jobs.flatMap((job) => {
    const { include, exclude: _, ...lists } = job.matrix ?? {};
    const keys = Object.keys(lists);
    if (keys.length === 0 || !Array.isArray(include)) return [];
    const apart = (include as readonly YamlValue[]).filter((entry) => isRecord(entry) && Object.keys(entry).length > 0 && !Object.keys(entry).some((key) => keys.includes(key)));
    if (apart.length === 0) return [];
    return [warningAt(path, placeOf(workflow, job, 'strategy'), 'include-apart', `${apart.length === 1 ? 'an entry' : `${apart.length} entries`} under include of the job "${job.id}" ${apart.length === 1 ? 'shares' : 'share'} no key with the matrix (${keys.join(', ')}): Gitea makes a job of its own of it, without those values, instead of adding to every combination`, 'name a key of the matrix in the entry, or give the value to the steps by env')];
  });
