/** An answer that is not the wanted one, meant for the caller: its text says nothing about the inside. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    {
      details,
      headers = {},
      cause,
    }: { details?: ErrorDetail[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

export interface ErrorDetail {
  /** Where in the request: `body/preferences`, `query/seed`. */
  field: string;
  problem: string;
}

/** The one shape of every error. */
export interface ErrorResponse {
  error: { code: string; message: string; trace_id: string; details?: readonly ErrorDetail[] };
}

const byStatus: Record<number, [code: string, message: string]> = {
  400: ['bad_request', 'The request is malformed.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This address does not know that method.'],
  408: ['request_timeout', 'The request took too long to arrive.'],
  413: ['payload_too_large', 'The body is larger than is accepted.'],
  414: ['uri_too_long', 'The address is longer than is accepted.'],
  415: ['unsupported_media_type', 'The body must be application/json.'],
  417: ['expectation_failed', 'What the Expect header asks for is not known here.'],
  422: ['validation_failed', 'The request does not have the expected shape.'],
  431: ['headers_too_large', 'The headers are larger than is accepted.'],
  503: ['unavailable', 'A service behind this one is not available; try again shortly.'],
};

/** Returns the part of a thrown value that the caller may see. A value without a known status is a plain 500. */
export function publicError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const { statusCode, validation, validationContext } = thrown as {
    statusCode?: number;
    validation?: { instancePath: string; message?: string; params?: { missingProperty?: string } }[];
    validationContext?: string;
  };
  if (validation) {
    const details = validation.map(({ instancePath, message = 'is not valid', params }) => ({
      field: [validationContext, instancePath.slice(1), params?.missingProperty].filter(Boolean).join('/'),
      problem: message,
    }));
    return new ApiError(422, ...(byStatus[422] as [string, string]), { details, cause: thrown });
  }
  if (isUnavailable(thrown))
    return new ApiError(503, ...(byStatus[503] as [string, string]), { cause: thrown });
  const known = statusCode === undefined ? undefined : byStatus[statusCode];
  if (known && statusCode !== undefined) return new ApiError(statusCode, ...known, { cause: thrown });
  return new ApiError(500, 'internal_error', 'Something went wrong on our side.', { cause: thrown });
}

/** A database that cannot be reached, is starting or stopping, or has no connection left. */
function isUnavailable(thrown: unknown): boolean {
  const { code, message, errors } = thrown as { code?: unknown; message?: unknown; errors?: unknown[] };
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  if (
    typeof code === 'string' &&
    /^(ECONN|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EPIPE|EAI_|08|57P0|53)/.test(code)
  )
    return true;
  return (
    typeof message === 'string' &&
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/i.test(message)
  );
}

export function statusError(status: number, headers?: Record<string, string>): ApiError {
  const [code, message] = byStatus[status] ?? ['internal_error', 'Something went wrong on our side.'];
  return new ApiError(status, code, message, headers && { headers });
}
