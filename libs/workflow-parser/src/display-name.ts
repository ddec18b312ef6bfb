const most = 255;

/** Cuts a name to 255 columns as Gitea does: what is beyond Latin counts two, a cut name ends in `…`. */
export function cutName(name: string): string {
  // A unit of UTF-16 is at most three bytes.
  if (name.length * 3 <= most || new TextEncoder().encode(name).length <= most) return name;
  let used = 0;
  let kept = 0;
  const characters = [...name];
  for (const character of characters) {
    if (used + widthOf(character) + 3 > most) break;
    used += widthOf(character);
    kept++;
  }
  // Where at most three characters are left and fit, nothing is cut.
  const rest = characters.slice(kept);
  if (rest.length <= 3 && used + rest.reduce((sum, character) => sum + widthOf(character), 0) <= most) return name;
  return `${characters.slice(0, kept).join('')}…`;
}

function widthOf(character: string): number {
  if ((character.codePointAt(0) ?? 0) <= 255) return 1;
  return character !== '\u3000' && /^[\p{M}\p{Cf}\p{Cs}\p{Z}]/u.test(character) ? 1 : 2;
}
