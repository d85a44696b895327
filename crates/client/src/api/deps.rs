//! What a factory needs, as a type.

use std::sync::Arc;

use super::{ApiError, ApiRef, ApiResolver, api_ref::ErasedRef};

/// Refs that become instances: a tuple of up to eight [`ApiRef`]s becomes the
/// tuple of their `Arc`s.
pub trait ApiDeps: sealed::Deps {
    /// What the factory is given.
    type Apis;
}

pub(super) mod sealed {
    use super::{ApiError, ApiResolver, ErasedRef};

    pub trait Deps: Send + Sync + 'static {
        #[doc(hidden)]
        type Loaded;
        #[doc(hidden)]
        #[allow(private_interfaces, reason = "the trait is sealed")]
        fn refs(&self) -> Vec<ErasedRef>;
        #[doc(hidden)]
        fn load(&self, apis: &ApiResolver) -> Result<Self::Loaded, ApiError>;
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: ?Sized + Send + Sync + 'static),*> sealed::Deps for ($(ApiRef<$name>,)*) {
            type Loaded = ($(Arc<$name>,)*);

            #[allow(non_snake_case, private_interfaces, reason = "one name for the type and its value")]
            fn refs(&self) -> Vec<ErasedRef> {
                let ($($name,)*) = self;
                vec![$($name.erased()),*]
            }

            #[allow(non_snake_case, unused_variables, clippy::unused_unit, reason = "as above; () has nothing to load")]
            fn load(&self, apis: &ApiResolver) -> Result<Self::Loaded, ApiError> {
                let ($($name,)*) = self;
                Ok(($(apis.get($name)?,)*))
            }
        }

        impl<$($name: ?Sized + Send + Sync + 'static),*> ApiDeps for ($(ApiRef<$name>,)*) {
            type Apis = ($(Arc<$name>,)*);
        }
    };
}

tuples!();
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
