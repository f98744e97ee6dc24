package org.cloakwork.client.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.wire.crypto.GatewaySharedKey;

/** The gateways that know us: with what key, and what time we told each last. */
final class Registrations {

    private final Map<IdentityKey, Saved.Registration> registrations;
    private final Ledger ledger;

    Registrations(Map<IdentityKey, Saved.Registration> saved, Ledger ledger) {
        registrations = new HashMap<>(saved);
        this.ledger = ledger;
    }

    Optional<Saved.Registration> at(IdentityKey gateway) {
        return Optional.ofNullable(registrations.get(gateway));
    }

    void agreed(IdentityKey gateway, GatewaySharedKey key, long timestamp) {
        registrations.put(gateway, new Saved.Registration(key, timestamp));
        remember(gateway);
    }

    /** The gateway takes no time that is not later than the one it was told last. */
    void used(IdentityKey gateway, long timestamp) {
        registrations.computeIfPresent(gateway, (key, registration) -> new Saved.Registration(
                registration.key(), Math.max(registration.lastTimestamp(), timestamp)));
    }

    /** Writes down what is known of a gateway. */
    void remember(IdentityKey gateway) {
        Saved.Registration registration = registrations.get(gateway);
        ledger.registered(gateway, registration.key(), registration.lastTimestamp());
    }
}
