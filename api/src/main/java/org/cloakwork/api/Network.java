package org.cloakwork.api;

import java.net.URI;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A mixnet that nobody else watches, such as the {@code LocalNetwork} of {@code org.cloakwork.api.local}.
 *
 * @since 2.0
 */
@ProviderType
public interface Network {

    /** {@return base URL of the directory (nym-api)} */
    URI directory();
}
