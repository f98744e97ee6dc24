package org.cloakwork.store.mvstore;

import java.nio.file.Path;
import java.util.Optional;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseChange;
import org.cloakwork.spi.store.StoreException;
import org.osgi.service.component.annotations.Component;

/** Of the state. */
@Component
public final class MvStorePassphrase implements PassphraseChange {

    @Override
    public void change(Path folder, Optional<Passphrase> from, Optional<Passphrase> to) throws StoreException {
        MvClientStore.change(folder, from, to, MvStoreProvider.RANDOMNESS);
    }
}
