export async function admission(_numRuns: number): Promise<void> {}
