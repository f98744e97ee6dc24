/** What an application sees: a client of the mixnet, addresses, messages and how each of them ended. */
@Export
@Version("2.2.0")
package org.cloakwork.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
