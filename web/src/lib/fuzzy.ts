/**
 * How well `query` matches `text` as a subsequence; 0 is no match, higher is better.
 * Letters at word starts and runs of letters count more, so that "gl" finds "Go to library".
 */
export function fuzzyScore(query: string, text: string): number {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return 1;
  const hay = text.toLowerCase();
  const found = hay.indexOf(wanted);
  const isAtWord = found === 0 || (found > 0 && hay[found - 1] === " ");
  if (isAtWord) return 200 - Math.min(found, 100);
  if (found > 0) return wanted.length * 3;
  let score = 0;
  let position = 0;
  let run = 0;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const at = hay.indexOf(letter, position);
    if (at < 0) return 0;
    run = at === position && position > 0 ? run + 1 : 0;
    score += 1 + run * 2 + (at === 0 || hay[at - 1] === " " ? 4 : 0);
    position = at + 1;
  }
  return score / (1 + hay.length / 40);
}
