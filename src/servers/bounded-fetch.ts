/** `fetch` whose replies end: a body that goes on and on is given up, before it fills the memory. */

/** Most bytes of a reply: a list of ten thousand jobs with all that belongs to them is well below. */
const most = 64 * 2 ** 20;

/** As `fetch`; reading a body of more than 64 MiB throws. */
export async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const { status, statusText, headers, body } = response;
  let bytes = 0;
  const counted = body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > most) controller.error(new Error(`a reply of more than ${most / 2 ** 20} MiB`));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted ?? null, { status, statusText, headers });
}
