//! What a factory needs, as a type.

use std::sync::Arc;

use super::{
    ApiError, ApiRef,
    api_ref::{ErasedRef, Instance},
};

/// Refs that become instances: a tuple of up to eight [`ApiRef`]s becomes the
/// tuple of their `Arc`s.
pub trait ApiDeps: sealed::Deps {
    /// What the factory is given.
    type Apis;
}

pub(super) mod sealed {
    use super::{ApiError, ErasedRef, Instance};

    pub trait Deps: Send + Sync + 'static {
        #[doc(hidden)]
        type Loaded;
        #[doc(hidden)]
        #[allow(private_interfaces, reason = "the trait is sealed")]
        fn refs(&self) -> Vec<ErasedRef>;
        /// Takes what the refs name, in their order.
        #[doc(hidden)]
        fn load(&self, instances: &[Instance]) -> Result<Self::Loaded, ApiError>;
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

            #[allow(non_snake_case, unused_variables, unused_mut, clippy::unused_unit, reason = "as above; () has nothing to load")]
            fn load(&self, instances: &[Instance]) -> Result<Self::Loaded, ApiError> {
                let ($($name,)*) = self;
                let mut instances = instances.iter();
                Ok(($($name.typed(instances.next())?,)*))
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
