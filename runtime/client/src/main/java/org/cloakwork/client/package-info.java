/** The engine of a client: put together here from its stages, one package each. */
@Export
@Version("1.0.0")
package org.cloakwork.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
