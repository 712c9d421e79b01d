/** What a client is told when its request cannot be served: a status and OpenAI's error object, which names the parameter. */
import { SeasError } from "../errors.ts";

/** OpenAI's error object. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** A request that is refused. */
export class RequestError extends SeasError {
  /** Of the HTTP answer. */
  readonly status: number;
  readonly body: ErrorBody;

  /**
   * @param param name of the parameter that is wrong, e.g. `messages[0].role`
   * @param code OpenAI's word for it, where there is one
   */
  constructor(status: number, message: string, param: string | null = null, code: string | null = null) {
    super("E_REQUEST", message);
    this.status = status;
    this.body = { error: { message, type: typeOf(status), param, code } };
  }
}

/** OpenAI's word for a kind of refusal. */
function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** A parameter that cannot be what it is. */
export function badParameter(param: string, message: string, code: string | null = null): RequestError {
  return new RequestError(400, message, param, code);
}
