import { hash } from 'node:crypto';
import { changeXdr, type Params } from '@energymesh/protocol';
import type { Signer } from '@energymesh/wallet';

export interface DeployOptions {
  readonly rpcUrl: string;
  readonly passphrase: string;
  /** Pays for it, and gives the contract its address together with the hub's key. */
  readonly signer: Signer;
  readonly wasm: Uint8Array;
  readonly hubKey: string;
  readonly anchor: Uint8Array;
  readonly epochSeconds: number;
  readonly params: Params;
  readonly sleep: (ms: number) => Promise<void>;
}

const validSeconds = 180;
const pollMs = 500;

/**
 * Puts the committed contract on the ledger and resolves to its address. Its address follows from account and key: one that is there already, as an earlier
 * try was cut short, is taken as it is. Rejects with what the network said.
 */
export async function deployContract({ rpcUrl, passphrase, signer, wasm, hubKey, anchor, epochSeconds, params, sleep }: DeployOptions): Promise<string> {
  const { Address, Asset, hash: _, Operation, StrKey, TransactionBuilder, xdr } = await import('@stellar/stellar-sdk/base');
  const { Api, Server } = await import('@stellar/stellar-sdk/rpc');
  const server = new Server(rpcUrl, { allowHttp: rpcUrl.startsWith('http:') });
  const time = async () => Number((await server.getLatestLedger()).closeTime);

  const send = async (operation: ReturnType<typeof Operation.uploadContractWasm>) => {
    const source = await server.getAccount(signer.address);
    const maxTime = (await time()) + validSeconds;
    const raw = new TransactionBuilder(source, { fee: '10000', networkPassphrase: passphrase, timebounds: { minTime: 0, maxTime } })
      .addOperation(operation)
      .build();
    const prepared = await server.prepareTransaction(raw);
    const signature = await signer.sign(prepared.hash());
    prepared.addSignature(signer.address, Buffer.from(signature).toString('base64'));
    const sent = await server.sendTransaction(prepared);
    if (sent.status === 'ERROR') throw new Error(`deploying: the network refused the transaction (${sent.errorResult?.result.type ?? 'no reason given'})`);
    for (;;) {
      const found = await server.getTransaction(sent.hash);
      if (found.status === Api.GetTransactionStatus.SUCCESS) return;
      if (found.status === Api.GetTransactionStatus.FAILED) throw new Error(`deploying: transaction ${sent.hash} failed`);
      if ((await time()) > maxTime) throw new Error(`deploying: transaction ${sent.hash} was not included in its time`);
      await sleep(pollMs);
    }
  };

  const salt = hash('sha256', Buffer.from(hubKey, 'hex'), 'buffer');
  const contract = addressOf();
  if (await exists()) return contract;
  await send(Operation.uploadContractWasm({ wasm }));
  const symbol = (name: string) => xdr.ScVal.scvSymbol(name);
  const entry = (key: string, val: InstanceType<typeof xdr.ScMapEntry>['val']) => new xdr.ScMapEntry({ key: symbol(key), val });
  const config = xdr.ScVal.scvMap([
    entry('anchor', xdr.ScVal.scvBytes(anchor)),
    entry('anchor_epoch', xdr.ScVal.scvU32(Math.floor((await time()) / epochSeconds))),
    entry('epoch_seconds', xdr.ScVal.scvU32(epochSeconds)),
    entry('hub_key', xdr.ScVal.scvBytes(Buffer.from(hubKey, 'hex'))),
    entry('token', new Address(Asset.native().contractId(passphrase)).toScVal()),
  ]);
  const change = xdr.ScVal.fromXdr(Buffer.from(changeXdr({ params })).toString('base64'), 'base64');
  const rule = change.type === 'scvVec' ? change.vec?.[1] : undefined;
  const wasmHash = hash('sha256', wasm, 'buffer');
  await send(Operation.createCustomContract({ address: new Address(signer.address), wasmHash, salt, constructorArgs: [config, rule!] }));
  return contract;

  function addressOf(): string {
    const preimage = xdr.HashIdPreimage.envelopeTypeContractId(
      new xdr.HashIdPreimageContractId({
        networkId: hash('sha256', passphrase, 'buffer'),
        contractIdPreimage: xdr.ContractIdPreimage.contractIdPreimageFromAddress(
          new xdr.ContractIdPreimageFromAddress({ address: new Address(signer.address).toScAddress(), salt }),
        ),
      }),
    );
    return StrKey.encodeContract(hash('sha256', Buffer.from(preimage.toXdr('base64'), 'base64'), 'buffer'));
  }

  async function exists(): Promise<boolean> {
    const { entries } = await server.getLedgerEntries(
      xdr.LedgerKey.contractData(
        new xdr.LedgerKeyContractData({
          contract: new Address(contract).toScAddress(),
          key: xdr.ScVal.scvLedgerKeyContractInstance(),
          durability: xdr.ContractDataDurability.persistent,
        }),
      ),
    );
    return entries.length > 0;
  }
}
