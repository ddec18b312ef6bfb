export function labelTable(classes: Readonly<Record<string, { readonly instanceTypes: readonly string[]; readonly labels?: readonly string[]; readonly mode?: string; readonly image?: string; readonly market?: string; readonly instanceProfile?: boolean; readonly limits?: { readonly jobMinutes?: number } }>>): string;
export function actionTable(actions: readonly { readonly name: string; readonly description: string }[]): string;
export function withTables(readme: string): string;
