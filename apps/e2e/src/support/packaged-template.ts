import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './npm-start.js';

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>>;
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

export const templateFile = (app: string) => join(workspaceRoot, `apps/${app}/.serverless/cloudformation-template-update-stack.json`);

/** What was packaged last for this app. */
export const templateOf = (app: string) => JSON.parse(readFileSync(templateFile(app), 'utf8')) as Template;

/** Every statement of every role, with the role's name. */
export function statementsOf(app: string): readonly (Statement & { readonly role: string; readonly actions: readonly string[] })[] {
  const roles = Object.entries(templateOf(app).Resources).filter(([, each]) => each.Type === 'AWS::IAM::Role');
  return roles.flatMap(([role, { Properties }]) => (Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map((statement) => ({ role, ...statement, actions: [statement.Action].flat() }))));
}
