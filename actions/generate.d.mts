export function versionTable(versions: unknown): string;
export function reference(name: string, text: string): string;
export function withReference(readme: string, generated: string): string;
export function actionNames(): string[];
export function derivedFiles(): [path: string, text: string][];
