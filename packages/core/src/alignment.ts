/** @file Shapes that do not broadcast, drawn one under the other, and what would help. Imports nothing. */

type Shape = readonly number[]

/**
 * What goes below the message about `shapes` that clash at axis -`axis`: a drawing, and what would make the shorter of
 * `a` and `b` (`b`, if they are as long) stretch to the other, if it is a matter of axes. The last `inner` axes take no
 * part. Of three shapes `a` may be what the first two make; what helps is named if it helps all three.
 */
export function drawAlignment(shapes: readonly Shape[], axis: number, a: Shape, b: Shape, inner = 0): string {
  const width = `${Math.max(...shapes.flat())}`.length
  const end = Math.max(...shapes.map((s) => s.length)) * (width + 2) + 2
  const show = (s: Shape, digits = 0): string => `[${s.map((n) => `${n}`.padStart(digits)).join(', ')}]`
  const [into, from] = a.length < b.length ? [b, a] : [a, b]
  const to = from.slice(from.length - inner)
  const rest = from.slice(0, from.length - inner).filter((n) => n !== 1)
  for (let i = into.length - inner; i-- > 0 && rest.length > 0; )
    to.unshift(into[i] === rest.at(-1) ? rest.pop()! : 1)
  let fix = ''
  const meets = (s: Shape): boolean =>
    show(s) === show(from) || s.every((n, i) => n === 1 || n === into[into.length - s.length + i])
  if (shapes.every(meets)) {
    if (rest.length === 0) fix = `; reshape ${show(from)} to ${show(to)}`
    else if (inner === 0 && show(from.slice().reverse()) === show(into)) fix = `; transpose ${show(from)}`
  }
  return [
    '',
    ...shapes.map((s) => show(s, width).padStart(end)),
    '^'.repeat(width).padStart(end + 1 - axis * (width + 2) + width),
    `  axes match from the right${fix}`,
  ].join('\n')
}
