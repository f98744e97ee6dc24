/** A whole mixnet in this process: for a first try, for tests, and for what shall work without any network. */
@Export
@Version("1.2.0")
package org.cloakwork.api.local;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
