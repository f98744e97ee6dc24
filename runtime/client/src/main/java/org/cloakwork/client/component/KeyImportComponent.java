package org.cloakwork.client.component;

import java.nio.file.Path;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.identity.KeyFiles;
import org.cloakwork.spi.store.KeyImport;
import org.cloakwork.spi.store.StoreException;
import org.osgi.service.component.annotations.Component;

/** The engine's key files, as a service for the command line. */
@Component
public final class KeyImportComponent implements KeyImport {

    @Override
    public IdentityKey importKeys(Path from, Path to) throws StoreException {
        return KeyFiles.importFrom(from, to).identity().publicKey();
    }
}
