/** Options of node under which the clock of the command jumps back and forth by so many milliseconds, in workers too. */
export function setClock(jumps: readonly number[], callsBetween = 20): readonly string[] {
  const script = `
    const { now } = Date;
    const jumps = ${JSON.stringify(jumps)};
    let calls = 0;
    Date.now = () => now() + jumps[Math.floor(calls++ / ${callsBetween}) % jumps.length];
  `;
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
}
