package org.cloakwork.proxy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.ExitStanding;

/** Where there is nothing to choose: nothing is asked, and nothing it does has it set aside. */
record OneExit(MixnetAddress exit, Subscription partner) implements Exits, Exits.Use {

    OneExit(MixnetClient client, MixnetAddress exit) {
        this(exit, client.partner(exit));
    }

    @Override
    public Use choose(int port, Duration patience) {
        return this;
    }

    @Override
    public List<ExitStanding> known() {
        return List.of(new ExitStanding(new KnownExit(exit, Optional.empty(), OptionalInt.empty()),
                ExitStanding.State.IN_USE, Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty()));
    }

    @Override
    public void answered() {
        // changes nothing
    }

    @Override
    public void failed() {
        // changes nothing
    }

    @Override
    public void left() {
        // changes nothing
    }

    @Override
    public CompletableFuture<String> lost() {
        return new CompletableFuture<>();
    }

    @Override
    public void close() {
        partner.close();
    }
}
