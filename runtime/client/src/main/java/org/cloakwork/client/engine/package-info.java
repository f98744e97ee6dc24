/** The wiring of a client: its stages, put together, with a face for applications. No stage sees it. */
@Export
@Version("1.0.0")
package org.cloakwork.client.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
