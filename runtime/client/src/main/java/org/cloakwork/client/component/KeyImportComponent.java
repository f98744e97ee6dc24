package org.cloakwork.client.component;

import java.nio.file.Path;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.spi.store.KeyImport;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.StoreException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;

/** The engine's key files, as a service for the command line. */
@Component
public final class KeyImportComponent implements KeyImport {

    private final Optional<Passphrase> passphrase;

    /** @param passphrase that private keys are sealed with, if there is one */
    @Activate
    public KeyImportComponent(@Reference(cardinality = ReferenceCardinality.OPTIONAL) Passphrase passphrase) {
        this.passphrase = Optional.ofNullable(passphrase);
    }

    @Override
    public IdentityKey importKeys(Path from, Path to) throws StoreException {
        return KeyFiles.importFrom(from, to, ThreadedEnvironment.RANDOMNESS, passphrase).identity().publicKey();
    }
}
