/** Asking nym-api directories over HTTP, as nym-client does, for topology parts. */
@Export
@Version("1.0.0")
package org.cloakwork.directory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
