package org.cloakwork.client.component;

import java.nio.file.Path;
import java.util.Optional;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseChange;
import org.cloakwork.spi.store.StoreException;
import org.osgi.service.component.annotations.Component;

/** Of the engine's key files. */
@Component
public final class KeyFilesPassphrase implements PassphraseChange {

    @Override
    public void change(Path folder, Optional<Passphrase> from, Optional<Passphrase> to) throws StoreException {
        KeyFiles.change(folder, ThreadedEnvironment.RANDOMNESS, from, to);
    }
}
