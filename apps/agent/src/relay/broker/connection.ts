import type { Duplex } from 'node:stream';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import type { Clock, DevicePublish, Intake } from '../../ports.ts';
import { IntakeRefused } from '../../ports.ts';
import { filterError } from '../topics.ts';
import { mayPublish, maySubscribe } from './acl.ts';
import type { DoorLimits } from './limits.ts';
import type { DownMessage, Line, Session } from './session.ts';

/** What a connection asks of the door. */
export interface Host {
  readonly clock: Clock;
  readonly intake: Intake;
  readonly limits: DoorLimits;
  /** The session, or a CONNACK return code of MQTT 3.1.1 §3.2.2.3. */
  admit(connect: IConnectPacket, connection: Connection): { session: Session; present: boolean } | { refused: 1 | 2 | 3 | 4 | 5; why: string };
  /** Counted by reason, for logs and the status page. */
  refused(why: string, device: string | undefined): void;
  keepWill(session: Session, connect: IConnectPacket): void;
  /** `clean`: the device said DISCONNECT, so its will is void. */
  ended(connection: Connection, clean: boolean): void;
  /** A session has new subscriptions. */
  subscribed(): void;
}

/** MQTT 5 reason codes (§2.4) that the door uses. */
const reason = {
  notAuthorised: 0x87,
  malformed: 0x81,
  protocol: 0x82,
  takenOver: 0x8e,
  tooLarge: 0x95,
  quota: 0x97,
  shuttingDown: 0x8b,
  keepAlive: 0x8d,
  badTopic: 0x90,
} as const;

/** One device connection: one handler per kind of packet. PUBACKs leave in the order of the PUBLISHes (MQTT-4.6.0-2). */
export class Connection implements Line {
  readonly #stream: Duplex;
  readonly #host: Host;
  readonly #parser = mqttPacket.parser();
  readonly #aborted = new AbortController();
  #session: Session | undefined;
  #version = 4;
  #keepAliveMs = 0;
  #cancelTimer: () => void;
  #accepting: { readonly packetId: number | undefined; readonly qos: 0 | 1 | 2; done: boolean }[] = [];
  #paused = false;
  #closed = false;
  #lastReadAt: number;

  constructor(stream: Duplex, host: Host) {
    this.#stream = stream;
    this.#host = host;
    this.#lastReadAt = host.clock.monotonic();
    this.#cancelTimer = host.clock.after(host.limits.connectMsMax, () => this.close('sent no CONNECT in time'));
    this.#parser.on('packet', (packet) => this.#take(packet));
    this.#parser.on('error', (error: Error) => this.close(`malformed packet: ${error.message}`, reason.malformed));
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', () => this.#end(false));
    stream.on('close', () => this.#end(false));
  }

  get session(): Session | undefined {
    return this.#session;
  }

  #read(chunk: Buffer): void {
    this.#lastReadAt = this.#host.clock.monotonic();
    try {
      const waiting = this.#parser.parse(chunk);
      if (waiting > this.#host.limits.packetBytesMax) this.close('sent a packet over the size limit', reason.tooLarge);
    } catch (error) {
      this.close(`malformed packet: ${error instanceof Error ? error.message : 'unreadable'}`, reason.malformed);
    }
  }

  #take(packet: Packet): void {
    if (this.#closed) return;
    if (packet.cmd === 'connect') return this.#session ? this.close('sent CONNECT twice', reason.protocol) : this.#connect(packet);
    if (!this.#session) return this.close(`sent ${packet.cmd} before CONNECT`);
    switch (packet.cmd) {
      case 'publish':
        return this.#publish(packet, this.#session);
      case 'puback':
      case 'pubcomp':
        return this.#session.acknowledged(packet.messageId ?? 0);
      case 'pubrel':
        this.#session.received.delete(packet.messageId ?? 0);
        return this.#send({ cmd: 'pubcomp', messageId: packet.messageId ?? 0 });
      case 'subscribe':
        return this.#subscribe(packet, this.#session);
      case 'unsubscribe':
        for (const filter of packet.unsubscriptions) this.#session.filters.delete(filter);
        return this.#send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) });
      case 'pingreq':
        return this.#send({ cmd: 'pingresp' });
      case 'disconnect':
        return this.#end(packet.reasonCode !== 0x04);
      default:
        return this.close(`sent ${packet.cmd}, which a device does not send`, reason.protocol);
    }
  }

  #connect(packet: IConnectPacket): void {
    this.#cancelTimer();
    this.#version = packet.protocolVersion ?? 4;
    const admitted = this.#host.admit(packet, this);
    if ('refused' in admitted) {
      // MQTT 5 says the same with other numbers: §3.2.2.2
      const v5 = { 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87 }[admitted.refused];
      this.#send(
        this.#version === 5
          ? { cmd: 'connack', reasonCode: v5, sessionPresent: false }
          : { cmd: 'connack', returnCode: admitted.refused, sessionPresent: false },
      );
      return this.close(admitted.why);
    }
    this.#session = admitted.session;
    if (packet.will) {
      const odd = mayPublish(admitted.session.device.id, packet.will.topic);
      if (odd) return this.close(`has a will that ${odd}`, reason.notAuthorised);
      this.#host.keepWill(admitted.session, packet);
    }
    const wanted = packet.keepalive || this.#host.limits.keepAliveSecondsMax;
    const keepAlive = Math.min(wanted, this.#host.limits.keepAliveSecondsMax);
    this.#keepAliveMs = keepAlive * 1500;
    this.#watch();
    const properties = {
      receiveMaximum: this.#host.limits.acceptingMax,
      maximumPacketSize: this.#host.limits.packetBytesMax,
      topicAliasMaximum: 0,
      retainAvailable: true,
      sharedSubscriptionAvailable: false,
      ...(keepAlive === packet.keepalive ? {} : { serverKeepAlive: keepAlive }),
    };
    this.#send(
      this.#version === 5
        ? { cmd: 'connack', reasonCode: 0, sessionPresent: admitted.present, properties }
        : { cmd: 'connack', returnCode: 0, sessionPresent: admitted.present },
    );
    admitted.session.attach(this);
  }

  /** Keep-alive: MQTT-3.1.2-24. A socket that we ourselves do not read is not silent. */
  #watch(): void {
    const silentMs = this.#paused ? 0 : this.#host.clock.monotonic() - this.#lastReadAt;
    if (silentMs >= this.#keepAliveMs) return this.close('was silent beyond its keep-alive', reason.keepAlive);
    this.#cancelTimer = this.#host.clock.after(this.#keepAliveMs - silentMs, () => this.#watch());
  }

  #publish(packet: IPublishPacket, session: Session): void {
    const packetId = packet.messageId;
    const forbidden = mayPublish(session.device.id, packet.topic);
    if (forbidden) return this.#refuse(packet, forbidden, reason.notAuthorised);
    if (packet.qos === 2 && packetId !== undefined) {
      // a repetition of what still waits for custody is answered when that has it
      if (this.#accepting.some((e) => e.qos === 2 && e.packetId === packetId && !e.done)) return;
      if (session.received.has(packetId)) return this.#send({ cmd: 'pubrec', messageId: packetId });
      if (session.received.size >= this.#host.limits.acceptingMax) return this.close('holds too many unreleased QoS 2 messages', reason.quota);
      session.received.add(packetId);
    }
    const entry = { packetId, qos: packet.qos, done: false };
    if (packet.qos > 0) this.#accepting.push(entry);
    if (this.#accepting.length >= this.#host.limits.acceptingMax) this.#pause();
    const overdue = new AbortController();
    const cancel = this.#host.clock.after(this.#host.limits.custodyMsMax, () => {
      overdue.abort();
      this.close('waited too long for custody: the store is full', reason.quota);
    });
    this.#host.intake.accept(publishOf(packet, session), AbortSignal.any([this.#aborted.signal, overdue.signal])).then(
      () => {
        cancel();
        entry.done = true;
        this.#acknowledge();
      },
      (error: unknown) => {
        cancel();
        if (packet.qos === 2 && packetId !== undefined) session.received.delete(packetId);
        if (this.#closed) return;
        const why = error instanceof IntakeRefused ? error.why : 'store-error';
        this.#accepting = this.#accepting.filter((e) => e !== entry);
        if (packet.qos === 0) return this.#host.refused(why, session.device.id);
        this.#refuse(packet, why, why === 'no-topic' ? reason.badTopic : reason.quota);
        // it may have stood before others that are done, and the socket is read on
        this.#acknowledge();
      },
    );
  }

  /** MQTT 3.1.1 cannot say no to a PUBLISH (§3.3.5), so the connection ends; MQTT 5 says why. */
  #refuse(packet: IPublishPacket, why: string, code: number): void {
    if (this.#version !== 5 || packet.qos === 0 || packet.messageId === undefined) return this.close(why, code);
    this.#host.refused(why, this.#session?.device.id);
    this.#send({ cmd: packet.qos === 2 ? 'pubrec' : 'puback', messageId: packet.messageId, reasonCode: code });
  }

  #acknowledge(): void {
    let sent = 0;
    for (const e of this.#accepting) {
      if (!e.done) break;
      sent++;
      if (e.packetId !== undefined) this.#send({ cmd: e.qos === 2 ? 'pubrec' : 'puback', messageId: e.packetId });
    }
    if (sent) this.#accepting.splice(0, sent);
    if (this.#paused && this.#accepting.length < this.#host.limits.acceptingMax / 2) {
      this.#paused = false;
      this.#lastReadAt = this.#host.clock.monotonic();
      this.#stream.resume();
    }
  }

  #pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  #subscribe(packet: ISubscribePacket, session: Session): void {
    const granted = packet.subscriptions.map(({ topic, qos }) => {
      const odd = filterError(topic) ? 'subscribes by a malformed filter' : maySubscribe(session.device.id, topic);
      const full = !session.filters.has(topic) && session.filters.size >= this.#host.limits.subscriptionsMax;
      if (odd || full) {
        this.#host.refused(odd ?? 'has too many subscriptions', session.device.id);
        return this.#version === 5 ? (odd ? reason.notAuthorised : reason.quota) : 0x80;
      }
      const given = Math.min(qos, 1) as 0 | 1;
      session.filters.set(topic, given);
      return given;
    });
    this.#send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted });
    session.subscribed();
    this.#host.subscribed();
  }

  publish(packetId: number, dup: boolean, message: DownMessage): void {
    const properties = this.#version === 5 && message.properties ? { properties: { userProperties: { ...message.properties } } } : {};
    this.#send({ cmd: 'publish', topic: message.topic, payload: Buffer.from(message.payload), qos: 1, dup, retain: false, messageId: packetId, ...properties });
  }

  #send(packet: Packet): void {
    if (!this.#closed && this.#stream.writable) this.#stream.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  /** Ends the connection for a reason that is counted; with MQTT 5 the device is told. */
  close(why: string, code: number = reason.protocol): void {
    if (this.#closed) return;
    this.#host.refused(why, this.#session?.device.id);
    if (this.#version === 5 && this.#session) this.#send({ cmd: 'disconnect', reasonCode: code });
    this.#end(false);
  }

  /** `elsewhere`: the device lives on at another node, so its will is void. */
  takenOver(elsewhere = false): void {
    if (this.#version === 5) this.#send({ cmd: 'disconnect', reasonCode: reason.takenOver });
    this.#end(elsewhere);
  }

  shutDown(): void {
    if (this.#version === 5 && this.#session) this.#send({ cmd: 'disconnect', reasonCode: reason.shuttingDown });
    this.#end(true);
  }

  #end(clean: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer();
    this.#aborted.abort();
    this.#session?.detach(this);
    this.#host.ended(this, clean);
    this.#stream.end();
  }
}

function publishOf(packet: IPublishPacket, session: Session): DevicePublish {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(packet.properties?.userProperties ?? {}).slice(0, 16))
    properties[name] = Array.isArray(value) ? value.join(', ') : value;
  if (packet.properties?.contentType) properties['content-type'] = packet.properties.contentType;
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
  return {
    device: session.device,
    clientId: session.clientId,
    topic: packet.topic,
    payload,
    qos: packet.qos,
    dup: packet.dup,
    retain: packet.retain,
    packetId: packet.messageId,
    properties,
  };
}
