/**
 * A SentencePiece vocabulary with scores (`tokenizer.ggml.model` = "llama"), said as the byte-pair encoding of a
 * tokenizer.json: of all neighbours whose union is a piece, SentencePiece joins those with the highest score first, so each
 * way to cut a piece in two is a merge, ranked by the piece's score, as transformers' converter has it.
 */

/** The word boundary of SentencePiece. */
const boundary = "▁";

export interface Pieces {
  readonly tokens: readonly string[];
  /** Of each token; the highest is joined first. */
  readonly scores: ArrayLike<number>;
  /** Whether text may become the token by joining: not control tokens, bytes, or what is cut out of the text beforehand. */
  readonly ordinary: (id: number) => boolean;
}

/** Every pair that joins to an ordinary piece, best first. */
export function mergesOf({ tokens, scores, ordinary }: Pieces): [string, string][] {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (ordinary(id)) ids.set(token, id);
  });
  const byScore = [...ids].sort(([, a], [, b]) => scores[b]! - scores[a]! || a - b);
  const merges: [string, string][] = [];
  for (const [token] of byScore) {
    const cuts: [left: number, right: number, at: number][] = [];
    for (let at = 1; at < token.length; at++) {
      const left = ids.get(token.slice(0, at));
      const right = left === undefined ? undefined : ids.get(token.slice(at));
      if (left !== undefined && right !== undefined) cuts.push([left, right, at]);
    }
    cuts.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [, , at] of cuts) merges.push([token.slice(0, at), token.slice(at)]);
  }
  return merges;
}

/** The parts of tokenizer.json around such a vocabulary: spaces become boundaries; what is in no piece is spelled in bytes. */
export function aroundPieces(spacePrefix: boolean) {
  const spaces = { type: "Replace", pattern: { String: " " }, content: boundary };
  return {
    normalizer: spacePrefix
      ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: boundary }, spaces] }
      : spaces,
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: boundary }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(spacePrefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
  };
}

/** A token that is cut out of the text beforehand, as it stands in the text. */
export function asText(token: string): string {
  return token.replaceAll(boundary, " ");
}
