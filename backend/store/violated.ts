/** Whether a write failed because it broke this constraint, which is how two writers learn who was first. */
export function violated(error: unknown, constraint: string): boolean {
  return error instanceof Error && 'constraint_name' in error && error.constraint_name === constraint;
}
