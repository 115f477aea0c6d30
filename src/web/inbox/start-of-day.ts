/** As the device's clock has it. Days are not all of 24 hours. */
export function startOfDay(at: number, daysLater = 0): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater).getTime();
}
