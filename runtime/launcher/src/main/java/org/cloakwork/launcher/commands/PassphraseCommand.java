package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseChange;
import org.cloakwork.spi.store.StoreException;

/** {@code cloakwork passphrase}: sets, changes or takes away what keys and state of clients are under. */
public final class PassphraseCommand implements Command {

    private static final Duration START = Duration.ofSeconds(30);
    /** The state first: it knows whether its client runs. */
    private static final List<String> KEEPERS = List.of("org.cloakwork.store.mvstore.MvStorePassphrase",
            "org.cloakwork.client.component.KeyFilesPassphrase");

    private final PrintStream out;

    public PassphraseCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "passphrase";
    }

    @Override
    public String description() {
        return "set, change or take away the passphrase of keys and state; the clients must not run";
    }

    @Override
    public Options options() {
        return PassphraseOptions.addNewTo(PassphraseOptions.addTo(new Options().addOption(StateFolder.option())));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path state = StateFolder.of(line);
        List<Path> clients = clients(state);
        if (clients.isEmpty()) {
            throw new UsageException(state + ": no client there");
        }
        Optional<Passphrase> from = PassphraseOptions.of(line, false);
        Optional<Passphrase> to = PassphraseOptions.newOf(line);
        try (Framework framework = Framework.start(Home.path())) {
            for (Path client : clients) {
                for (String keeper : KEEPERS) {
                    framework.await(PassphraseChange.class, "(component.name=" + keeper + ")", START, keeper,
                            "the change").change(client, from, to);
                }
                out.println(client + (to.isPresent() ? ": under the new passphrase" : ": under no passphrase"));
            }
            return DONE;
        } catch (StoreException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static List<Path> clients(Path state) throws IOException {
        if (!Files.isDirectory(state)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(state)) {
            return folders.filter(folder -> Files.exists(folder.resolve("state.lock"))
                    || Files.exists(folder.resolve("private_identity.pem"))).sorted().toList();
        }
    }
}
