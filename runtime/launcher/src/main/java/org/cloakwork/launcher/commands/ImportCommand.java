package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.store.KeyImport;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.StoreException;

/** {@code cloakwork import PATH}: takes over the identity of a nym-client. */
public final class ImportCommand implements Command {

    private static final Duration START = Duration.ofSeconds(30);

    private final PrintStream out;

    public ImportCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String description() {
        return "take over the keys of a nym-client: PATH is .nym/clients/ID or its data/";
    }

    @Override
    public Options options() {
        return PassphraseOptions.addTo(new Options().addOption(StateFolder.option()));
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("PATH");
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path from = Path.of(line.getArgList().getFirst()).toAbsolutePath().normalize();
        Path to = StateFolder.of(line).resolve(StateFolder.CLIENT);
        Optional<Passphrase> passphrase = PassphraseOptions.of(line, true);
        try (Framework framework = Framework.start(Home.path())) {
            passphrase.ifPresent(given -> framework.provide(Passphrase.class, given));
            KeyImport keys = framework.await(KeyImport.class, "", START,
                    "org.cloakwork.client.component.KeyImportComponent", "the import");
            IdentityKey identity = keys.importKeys(from, to);
            out.println("imported  " + identity);
            out.println("into      " + to);
            out.println("The address ends in the gateway: run with --gateway IDENTITY to keep the one the client had.");
            return DONE;
        } catch (StoreException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
