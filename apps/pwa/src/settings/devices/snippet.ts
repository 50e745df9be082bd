import type { MadeDevice } from '@energymesh/agent/api/devices-schema';

/** What a scanner reads: everything but the certificate, which is too long for a code that a phone still reads. docs/settings.md */
export function scanText(made: MadeDevice, password: string): string {
  const { id, addresses, port, name, fingerprint } = made;
  return JSON.stringify({
    energymesh: 1,
    broker: addresses.map((address) => `mqtts://${address}:${port}`),
    name,
    id,
    password,
    ca: fingerprint.replaceAll(':', '').toLowerCase(),
  });
}

/** C for ESP-IDF's own client, which the Arduino core has as well. */
export function espSnippet(made: MadeDevice, password: string): string {
  const { id, addresses, port, name, ca, publishes, hears } = made;
  const pem = ca
    .trim()
    .split('\n')
    .map((line) => `  "${line.trim()}\\n"`);
  return `#include "mqtt_client.h"

static const char *ca =
${pem.join('\n')};

static void on_event(void *arg, esp_event_base_t base, int32_t id, void *data) {
  esp_mqtt_event_handle_t event = data;
  if (id == MQTT_EVENT_CONNECTED) {
${hears.map((topic) => `    esp_mqtt_client_subscribe(event->client, "${topic}", 1);`).join('\n')}
    esp_mqtt_client_publish(event->client, "${publishes.at(-1) ?? `em/${id}/telemetry`}", "{\\"powerW\\":12}", 0, 1, 0);
  }
}

void energymesh_start(void) {
  esp_mqtt_client_config_t config = {
    .broker.address.uri = "mqtts://${addresses[0] ?? name}:${port}",
    .broker.verification.certificate = ca,
    .broker.verification.common_name = "${name}",
    .credentials.username = "${id}",
    .credentials.client_id = "${id}",
    .credentials.authentication.password = "${password}",
  };
  esp_mqtt_client_handle_t client = esp_mqtt_client_init(&config);
  esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_event, NULL);
  esp_mqtt_client_start(client);
}
`;
}
