/** JSON-RPC 2.0 errors, with the codes that RPC servers use. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const invalidRequest = (message: string): RpcError => new RpcError(-32600, message);
export const methodNotFound = (method: string): RpcError => new RpcError(-32601, `method not found: ${method}`);
export const invalidParams = (message: string): RpcError => new RpcError(-32602, message);
